import type { StagedFile } from '../delivery/delivery-lease.ts';
import type { Assignments, Condition, ItemWrite } from './item-write.ts';

/**
 * The item of an object of a push as far as its lease is concerned. `attempt` is the id of the last try that
 * took the lease, and the fence of its writes; `lease` is there until the try ends.
 */

/**
 * Takes the lease if it is free, over, or that of the same message: a queue hands a message out again only
 * after the invocation that had it.
 * @param take.staging the staging file that the try may write; undefined if the object has no valid name at
 * the partner.
 */
export function takeDeliveryWrite(take: {
  readonly attempt: string;
  readonly message: string;
  readonly nowMs: number;
  readonly untilMs: number;
  readonly staging: StagedFile | undefined;
  readonly name: string;
}): ItemWrite {
  const { attempt, message, nowMs, untilMs, staging, name } = take;
  return {
    condition: {
      kind: 'any',
      of: [
        { kind: 'absent', path: 'lease' },
        { kind: 'below', path: 'lease.expiresAt', value: nowMs },
        { kind: 'equal', path: 'lease.message', value: message },
      ],
    },
    set: { lease: { message, expiresAt: untilMs }, name },
    remove: [],
    ...(staging === undefined ? {} : { append: { staged: staging } }),
    proof: { kind: 'stamp', at: 'attempt', id: attempt },
  };
}

/** A write of a try, which is refused once another one has taken the lease. */
export function tryWrite(attempt: string, assignments: Assignments): ItemWrite {
  return { condition: isLastTry(attempt), ...assignments, proof: { kind: 'repeatable' } };
}

/** What the last write of a try records. */
export type EndOfTry = 'delivered' | 'disposed' | 'nothing-to-deliver' | 'failed' | 'released';

/**
 * The last write of a try, which ends its lease. The next try may have begun before a repetition of it. A
 * try whose first end was written, and whose answer was lost, cannot record another end over it.
 */
export function endTryWrite(
  attempt: string,
  end: EndOfTry,
  { set, setIfAbsent, remove }: Assignments,
): ItemWrite {
  return {
    condition: { kind: 'all', of: [isLastTry(attempt), { kind: 'present', path: 'lease' }] },
    set,
    setIfAbsent,
    remove: ['lease', ...remove],
    proof: { kind: 'stamp', at: 'endedAttempt', id: `${attempt} ${end}` },
  };
}

function isLastTry(attempt: string): Condition {
  return { kind: 'equal', path: 'attempt', value: attempt };
}
