import type { PartnerFile } from '../contract/partner-file.ts';
import type { PushFlow } from '../contract/push-flow.ts';

/** The push flow that a key belongs to. */
export interface Route {
  readonly partner: PartnerFile;
  readonly flow: PushFlow;
}

/** How long the deployed partner files are believed: a new flow's first objects may wait so long for the next look. */
const believedMs = 60_000;

/** Finds the flow of a key among all deployed partner files, which are read at most once a minute. */
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
    if (this.#partners === undefined || this.#nowMs() - this.#partners.readAtMs > believedMs) {
      this.#partners = { files: await this.#readAll(), readAtMs: this.#nowMs() };
    }
    for (const partner of this.#partners.files) {
      const flow = partner.flows.find((each) => each.direction === 'push' && key.startsWith(each.prefix));
      if (flow?.direction === 'push') return { partner, flow };
    }
    return undefined;
  }
}
