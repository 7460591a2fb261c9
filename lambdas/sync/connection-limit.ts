/** A slot of the partner's budget, as the table has it. */
export interface SlotState {
  readonly number: number;
  /** `held` by a worker, or `resting`: given back so lately that the server may still count its session. */
  readonly use: 'held' | 'resting';
}

/** What the partner's server made us do with less than `maxConnections`. */
export interface LoweredLimit {
  /** Sessions that it let us have when it refused one more. */
  readonly to: number;
  readonly refusedAtMs: number;
  /** Refusals with little time between, this one included. */
  readonly refusals: number;
}

/** As long as no session is refused, one more is tried after each such time. */
export const growthMs = 5 * 60_000;

const longestPauseMs = 60_000;

/** How many sessions the partner may have of us now: those of its file, or what its server refused to exceed, growing back. */
export function limitNow(lowered: LoweredLimit | undefined, maxConnections: number, nowMs: number): number {
  if (lowered === undefined) return maxConnections;
  const grown = Math.floor(Math.max(0, nowMs - lowered.refusedAtMs) / growthMs);
  return Math.min(maxConnections, lowered.to + grown);
}

/**
 * The limit after the server refused a session as one too many.
 * @param others the slots that are held besides the one that was refused.
 */
export function afterRefusedSession(
  before: LoweredLimit | undefined,
  { others, nowMs }: { readonly others: number; readonly nowMs: number },
): LoweredLimit {
  const inARow = before !== undefined && nowMs - before.refusedAtMs < growthMs ? before.refusals : 0;
  return { to: Math.max(1, others), refusedAtMs: nowMs, refusals: inARow + 1 };
}

/** When the next session may be tried after a refused one: 2, 4, 8 seconds later, and so on, a minute at most. */
export function nextOpeningAtMs({ refusedAtMs, refusals }: LoweredLimit): number {
  return refusedAtMs + Math.min(longestPauseMs, 1000 * 2 ** refusals);
}

/** All that an opening depends on. */
export interface Room {
  readonly slots: readonly SlotState[];
  readonly lowered: LoweredLimit | undefined;
  /** Until when somebody waits who has no slot at all. */
  readonly wantedUntilMs: number | undefined;
  readonly maxConnections: number;
  readonly nowMs: number;
}

/**
 * The numbers of the slots that may be taken now, in the order to try them; none where there is no room. It begins at a random
 * place, so that workers who ask at once seldom want the same.
 * @param need `first`: the worker has no session. `more`: it has one, and lets those go before who have none.
 * @param random from 0 to below 1.
 */
export function slotsToTry(room: Room, need: 'first' | 'more', random: number): readonly number[] {
  const { slots, lowered, wantedUntilMs = 0, maxConnections, nowMs } = room;
  if (slots.length >= limitNow(lowered, maxConnections, nowMs)) return [];
  if (lowered !== undefined && nowMs < nextOpeningAtMs(lowered)) return [];
  if (need === 'more' && nowMs < wantedUntilMs) return [];
  const used = new Set(slots.map(({ number }) => number));
  const free = Array.from({ length: maxConnections }, (_, number) => number).filter(
    (each) => !used.has(each),
  );
  const start = Math.floor(random * free.length);
  return [...free.slice(start), ...free.slice(0, start)];
}
