import type { PartnerFile } from '../contract/partner-file.ts';
import type { PushFlow } from '../contract/push-flow.ts';

/** The push flow that a key belongs to. */
export interface Route {
  readonly partner: PartnerFile;
  readonly flow: PushFlow;
}

/** How long the deployed partner files are believed. */
const believedMs = 60_000;

/**
 * How long they are believed where they do not want an object. It is short, because its event is dropped, and a flow that wants
 * it may have been deployed just before; and not nothing, or a bucket full of strangers would be read for each.
 */
const freshMs = 1000;

/** Finds the flow of a key among all deployed partner files, which are read once a minute, and again before an event is dropped. */
export class FlowRoutes {
  readonly #readAll: () => Promise<readonly PartnerFile[]>;
  readonly #nowMs: () => number;
  #partners: { readonly files: readonly PartnerFile[]; readonly readAtMs: number } | undefined;

  constructor(readAll: () => Promise<readonly PartnerFile[]>, nowMs: () => number) {
    this.#readAll = readAll;
    this.#nowMs = nowMs;
  }

  /** Undefined where no flow has a prefix that the key begins with. Prefixes do not overlap, so there is one at most. */
  async routeOf(key: string): Promise<Route | undefined> {
    return routeIn(await this.#read(believedMs), key) ?? (await this.freshRouteOf(key));
  }

  /** By what is deployed now, a second ago at most. */
  async freshRouteOf(key: string): Promise<Route | undefined> {
    return routeIn(await this.#read(freshMs), key);
  }

  async #read(believedForMs: number): Promise<readonly PartnerFile[]> {
    const nowMs = this.#nowMs();
    if (this.#partners === undefined || nowMs - this.#partners.readAtMs > believedForMs) {
      this.#partners = { files: await this.#readAll(), readAtMs: nowMs };
    }
    return this.#partners.files;
  }
}

function routeIn(partners: readonly PartnerFile[], key: string): Route | undefined {
  for (const partner of partners) {
    const flow = partner.flows.find((each) => each.direction === 'push' && key.startsWith(each.prefix));
    if (flow?.direction === 'push') return { partner, flow };
  }
  return undefined;
}
