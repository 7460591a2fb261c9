import { absentOr, type Condition, type ItemWrite } from './item-write.ts';

/** The item of a connection slot. A holder is a name that is used for one taking of one slot. */

/**
 * Takes the slot if it is free: never taken, expired, or at rest for long enough. A request that arrives
 * again after the holder has renewed the slot changes nothing: it would cut the slot short.
 */
export function takeSlotWrite(take: {
  readonly holder: string;
  readonly nowMs: number;
  readonly untilMs: number;
}): ItemWrite {
  const { holder, nowMs, untilMs } = take;
  return {
    condition: absentOr({ kind: 'at-most', path: 'untilMs', value: nowMs }),
    set: { untilMs },
    remove: [],
    proof: { kind: 'stamp', at: 'holder', id: holder },
  };
}

/** Extends the slot, also after it expired, as long as no other has taken it. It never cuts it short. */
export function renewSlotWrite(holder: string, untilMs: number): ItemWrite {
  return {
    condition: {
      kind: 'all',
      of: [isHeldBy(holder), { kind: 'at-most', path: 'untilMs', value: untilMs }],
    },
    set: { untilMs },
    remove: [],
    proof: { kind: 'holder', where: isHeldBy(holder) },
  };
}

/** Releases the slot, unless another has it. @param untilMs when it may be taken again. */
export function releaseSlotWrite(holder: string, untilMs: number): ItemWrite {
  return {
    condition: isHeldBy(holder),
    set: { untilMs },
    remove: ['holder'],
    proof: { kind: 'unreported' },
  };
}

function isHeldBy(holder: string): Condition {
  return { kind: 'equal', path: 'holder', value: holder };
}
