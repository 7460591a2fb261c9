/** A slot of the partner's connection budget in the ledger. */
export interface SlotState {
  readonly number: number;
  /** `held` by a worker, or `resting`: released so recently that the server may still count its session. */
  readonly use: 'held' | 'resting';
}

/** A limit below `maxConnections`, set after the server refused a session. */
export interface LoweredLimit {
  /** The number of sessions that the server permitted when it refused one more. */
  readonly to: number;
  readonly refusedAtMs: number;
  /** Consecutive refusals within {@link growthMs} of each other, the last one included. */
  readonly refusals: number;
}

/** The limit grows by one after each such interval without a refusal. */
export const growthMs = 5 * 60_000;

const maxDelayMs = 60_000;

/** The number of sessions that we may open now: `maxConnections`, or a lowered limit that grows back. */
export function currentLimit(
  lowered: LoweredLimit | undefined,
  maxConnections: number,
  nowMs: number,
): number {
  if (lowered === undefined) return maxConnections;
  const grown = Math.floor(Math.max(0, nowMs - lowered.refusedAtMs) / growthMs);
  return Math.min(maxConnections, lowered.to + grown);
}

/**
 * The limit after the server refused a session because of too many connections.
 * @param others the number of held slots, without the one that was refused.
 */
export function limitAfterRefusal(
  before: LoweredLimit | undefined,
  { others, nowMs }: { readonly others: number; readonly nowMs: number },
): LoweredLimit {
  const consecutive = before !== undefined && nowMs - before.refusedAtMs < growthMs ? before.refusals : 0;
  return { to: Math.max(1, others), refusedAtMs: nowMs, refusals: consecutive + 1 };
}

/**
 * When the next session may be attempted after a refusal: 2, 4, 8 seconds later, and so on, at most a minute.
 */
export function nextAttemptAtMs({ refusedAtMs, refusals }: LoweredLimit): number {
  return refusedAtMs + Math.min(maxDelayMs, 1000 * 2 ** refusals);
}

/** What the choice of a slot depends on. */
export interface SlotRequest {
  readonly slots: readonly SlotState[];
  readonly lowered: LoweredLimit | undefined;
  /** Until when a worker without any slot waits for one. */
  readonly wantedUntilMs: number | undefined;
  readonly maxConnections: number;
  readonly nowMs: number;
}

/**
 * The numbers of the free slots in the order to try them; empty if no slot may be taken now. The order starts
 * at a random slot, so that concurrent workers rarely try the same one.
 * @param need `first`: the worker has no session yet. `more`: it has one, and yields to workers without any.
 * @param random a number from 0 up to but excluding 1.
 */
export function findFreeSlots(room: SlotRequest, need: 'first' | 'more', random: number): readonly number[] {
  const { slots, lowered, wantedUntilMs = 0, maxConnections, nowMs } = room;
  if (slots.length >= currentLimit(lowered, maxConnections, nowMs)) return [];
  if (lowered !== undefined && nowMs < nextAttemptAtMs(lowered)) return [];
  if (need === 'more' && nowMs < wantedUntilMs) return [];
  const used = new Set(slots.map(({ number }) => number));
  const free = Array.from({ length: maxConnections }, (_, number) => number).filter(
    (each) => !used.has(each),
  );
  const start = Math.floor(random * free.length);
  return [...free.slice(start), ...free.slice(0, start)];
}
