import type { PartnerFile } from '../../contract/partner-file/partner-file.ts';
import type { PushFlow } from '../../contract/partner-file/push-flow.ts';
import { PartnerError } from '../../partners/partner-error.ts';
import type { StagePartners } from '../../partners/read-partner.ts';

/** The push flow that a key belongs to. */
export interface Route {
  readonly partner: PartnerFile;
  readonly flow: PushFlow;
}

/** How long cached partner files are used to accept an object. */
const maxAgeToAcceptMs = 60_000;

/**
 * How long they are used to reject an object. Short, because the event is dropped, and a flow for it may have
 * been deployed a moment ago. Not zero, or every object that belongs to no flow would cause a read.
 */
const maxAgeToRejectMs = 1000;

/**
 * Finds the flow of a key among all deployed partner files, which are cached for a minute, and read again
 * before an event is dropped.
 */
export class FlowRoutes {
  readonly #readAll: () => Promise<StagePartners>;
  readonly #nowMs: () => number;
  #stage: { readonly read: StagePartners; readonly readAtMs: number } | undefined;

  constructor(readAll: () => Promise<StagePartners>, nowMs: () => number) {
    this.#readAll = readAll;
    this.#nowMs = nowMs;
  }

  /**
   * The flow whose prefix the key begins with; undefined if there is none. Prefixes do not overlap.
   * @throws PartnerError where the flow may be one of a partner whose file cannot be read.
   */
  async findRoute(key: string): Promise<Route | undefined> {
    const { partners } = await this.#read(maxAgeToAcceptMs);
    return routeIn(partners, key) ?? (await this.findFreshRoute(key));
  }

  /** The same, with partner files that are at most one second old. @throws PartnerError */
  async findFreshRoute(key: string): Promise<Route | undefined> {
    const { partners, unreadable } = await this.#read(maxAgeToRejectMs);
    const route = routeIn(partners, key);
    const [first] = unreadable;
    if (route !== undefined || first === undefined) return route;
    throw new PartnerError(
      'partner-invalid',
      `The object ${JSON.stringify(key)} belongs to no flow that can be read; it may belong to a flow of '${first.partner}'. ${first.error.message}`,
      first.error,
    );
  }

  async #read(maxAgeMs: number): Promise<StagePartners> {
    const nowMs = this.#nowMs();
    if (this.#stage === undefined || nowMs - this.#stage.readAtMs > maxAgeMs) {
      this.#stage = { read: await this.#readAll(), readAtMs: nowMs };
    }
    return this.#stage.read;
  }
}

function routeIn(partners: readonly PartnerFile[], key: string): Route | undefined {
  for (const partner of partners) {
    const flow = partner.flows.find((each) => each.direction === 'push' && key.startsWith(each.prefix));
    if (flow?.direction === 'push') return { partner, flow };
  }
  return undefined;
}
