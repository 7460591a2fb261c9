import type { Events, EventType } from '../contract/event.ts';
import type { Condition } from '../ledger/conditions.ts';
import { closeCondition, type OpenConditions, openCondition } from '../ledger/conditions.ts';
import type { Concern } from '../ledger/keys.ts';
import type { Table } from '../ledger/table.ts';

/** An event that has not been given its stage. */
export type Told = {
  readonly [T in EventType]: { readonly type: T; readonly detail: Omit<Events[T], 'stage'> };
}[EventType];

/** Something that is not as it should be, as the watch finds it. */
export interface Signal extends Condition {
  /** What is put on the bus when it is found first; undefined: somebody else has told it. */
  readonly event: Told | undefined;
}

export type Tell = (event: Told) => Promise<void>;

/** The conditions of the watch, beside those of others that concern the same flow. */
const ownPrefix = 'watch-';

interface TellingSystems {
  readonly table: Table;
  readonly tell: Tell;
  readonly now: () => Date;
}

/**
 * Tells what is new, once, and closes what is not so any more. An event is sent before it is recorded as told: a watch that is killed
 * between the two tells it again.
 * @returns what is new.
 */
export async function tellSignals(
  signals: readonly Signal[],
  { concern, before }: { readonly concern: Concern; readonly before: OpenConditions },
  { table, tell, now }: TellingSystems,
): Promise<readonly Signal[]> {
  const found = new Map(signals.map((signal) => [`${ownPrefix}${signal.id}`, signal]));
  const isNew = [...found].filter(([id]) => !before.open.has(id));
  for (const [id, signal] of isNew) {
    if (signal.event !== undefined) await tell(signal.event);
    const { subject, fault, message, need } = signal;
    await openCondition(table, concern, { id, subject, fault, message, need, at: now() });
  }
  for (const id of before.open.keys()) {
    if (id.startsWith(ownPrefix) && !found.has(id)) await closeCondition(table, concern, id);
  }
  return isNew.map(([, signal]) => signal);
}
