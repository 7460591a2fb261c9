import type { Condition, ItemWrite } from './item-write.ts';

/** The item of a flow as far as its lease is concerned. */

/**
 * The lease as one run holds it. An execution that is redriven takes the lease again, as the same owner with
 * a larger fence, so the owner alone does not tell its new run from a late request of the one before.
 */
export interface HeldLease {
  readonly owner: string;
  readonly fence: number;
}

/**
 * Takes the lease, with a fence that is larger than all before.
 * @param take.id unique to the request, so that a repeated one gets the fence of the first.
 * @param take.deadOwner a holder that is known to have ended without releasing its lease.
 */
export function takeLeaseWrite(take: {
  readonly owner: string;
  readonly id: string;
  readonly deadOwner: string | undefined;
  readonly nowMs: number;
  readonly untilMs: number;
}): ItemWrite {
  const { owner, id, deadOwner, nowMs, untilMs } = take;
  const holders = deadOwner === undefined ? [owner] : [owner, deadOwner];
  return {
    condition: {
      kind: 'any',
      of: [
        { kind: 'absent', path: 'leaseOwner' },
        { kind: 'below', path: 'leaseUntil', value: nowMs },
        ...holders.map((value): Condition => ({ kind: 'equal', path: 'leaseOwner', value })),
      ],
    },
    set: { leaseOwner: owner, leaseUntil: untilMs },
    remove: [],
    add: { fence: 1 },
    proof: { kind: 'stamp', at: 'leaseTake', id },
  };
}

/** Extends the lease while the run holds it. A request that arrives late never cuts it short. */
export function renewLeaseWrite(held: HeldLease, untilMs: number): ItemWrite {
  return {
    condition: {
      kind: 'all',
      of: [isHeldBy(held), { kind: 'at-most', path: 'leaseUntil', value: untilMs }],
    },
    set: { leaseUntil: untilMs },
    remove: [],
    proof: { kind: 'holder', where: isHeldBy(held) },
  };
}

/** Sets attributes of the flow while the run holds the lease. */
export function whileLeasedWrite(held: HeldLease, set: Readonly<Record<string, unknown>>): ItemWrite {
  return { condition: isHeldBy(held), set, remove: [], proof: { kind: 'repeatable' } };
}

/** Releases the lease, unless another run has it. */
export function releaseLeaseWrite(held: HeldLease): ItemWrite {
  return {
    condition: isHeldBy(held),
    set: {},
    remove: ['leaseOwner', 'leaseUntil'],
    proof: { kind: 'unreported' },
  };
}

function isHeldBy({ owner, fence }: HeldLease): Condition {
  return {
    kind: 'all',
    of: [
      { kind: 'equal', path: 'leaseOwner', value: owner },
      { kind: 'equal', path: 'fence', value: fence },
    ],
  };
}
