import { describe, expect, it } from 'vitest';
import type { FlowName } from '../../../../lambdas/ledger/keys.ts';
import {
  filesRemainingBefore,
  type LeaseAnswer,
  LeaseLostError,
  type LeaseRequest,
  leaseMs,
  recordFilesRemaining,
  releaseLease,
  renewLease,
  takeLease,
} from '../../../../lambdas/ledger/runs/lease.ts';
import { newFlow, useTable } from '../test-table.ts';

const ledger = useTable();
const start = new Date('2026-11-20T02:15:00Z');
const later = (ms: number) => new Date(start.getTime() + ms);

function take(flowName: FlowName, owner: string, changes: Partial<LeaseRequest> = {}) {
  return takeLease(ledger.table, { flowName, owner, now: start, deadOwner: undefined, ...changes });
}

describe('a lease', () => {
  it('goes to one of twenty who ask at once', async () => {
    const flow = newFlow();
    const owners = Array.from({ length: 20 }, (_, index) => `execution-${index}`);

    const answers = await Promise.all(owners.map((owner) => take(flow, owner)));

    const takers = owners.filter((_, index) => answers[index]?.kind === 'taken');
    const named = answers.flatMap((answer) => (answer.kind === 'busy' ? [answer.owner] : []));
    expect(takers).toHaveLength(1);
    expect(named).toEqual(Array.from({ length: 19 }, () => takers[0]));
  });

  it('tells a late caller until when it is held', async () => {
    const flow = newFlow();
    await take(flow, 'first');

    const answer = await take(flow, 'second', { now: later(1000) });

    expect(answer).toEqual({ kind: 'busy', owner: 'first', until: later(leaseMs) });
  });

  it('is held until its end, and free after it', async () => {
    const flow = newFlow();
    await take(flow, 'first');

    const answers = [
      await take(flow, 'second', { now: later(leaseMs) }),
      await take(flow, 'second', { now: later(leaseMs + 1) }),
    ];

    expect(answers).toMatchObject([{ kind: 'busy' }, { kind: 'taken', fence: 2 }]);
  });

  it('has a larger fence each time it is taken, also after it was given back', async () => {
    const flow = newFlow();
    const answers: LeaseAnswer[] = [];

    for (const fence of [1, 2, 3]) {
      answers.push(await take(flow, `execution-${fence}`));
      await releaseLease(ledger.table, { flowName: flow, owner: `execution-${fence}`, fence });
    }

    expect(answers).toEqual([1, 2, 3].map((fence) => ({ kind: 'taken', fence })));
  });

  it('is given to its holder again, whose first response may have been lost', async () => {
    const flow = newFlow();
    await take(flow, 'first');

    const answer = await take(flow, 'first');

    expect(answer).toEqual({ kind: 'taken', fence: 2 });
  });

  it('is taken from a holder that is known to be dead', async () => {
    const flow = newFlow();
    await take(flow, 'dead');

    const answer = await take(flow, 'second', { deadOwner: 'dead' });

    expect(answer).toEqual({ kind: 'taken', fence: 2 });
  });

  it('is not taken from an execution that came after the dead one', async () => {
    const flow = newFlow();
    await take(flow, 'dead');
    await take(flow, 'second', { deadOwner: 'dead' });

    const answer = await take(flow, 'third', { deadOwner: 'dead' });

    expect(answer).toMatchObject({ kind: 'busy', owner: 'second' });
  });

  it('of one flow does not affect another', async () => {
    await take(newFlow(), 'first');

    const answer = await take(newFlow(), 'second');

    expect(answer).toEqual({ kind: 'taken', fence: 1 });
  });
});

describe('renewing', () => {
  it('holds the lease for as long again', async () => {
    const flow = newFlow();
    await take(flow, 'first');
    await renewLease(ledger.table, { flowName: flow, owner: 'first', fence: 1 }, later(leaseMs - 1));

    const answer = await take(flow, 'second', { now: later(leaseMs + 1) });

    expect(answer).toMatchObject({ kind: 'busy', until: later(2 * leaseMs - 1) });
  });

  it('is no error and changes nothing if it arrives after a later one', async () => {
    const flow = newFlow();
    await take(flow, 'first');
    const lease = { flowName: flow, owner: 'first', fence: 1 };
    await renewLease(ledger.table, lease, later(120_000));

    await renewLease(ledger.table, lease, later(60_000));

    expect(await take(flow, 'second')).toMatchObject({ until: later(leaseMs + 120_000) });
  });

  it('is refused to another execution, which changes nothing', async () => {
    const flow = newFlow();
    await take(flow, 'first');

    const renewing = renewLease(ledger.table, { flowName: flow, owner: 'second', fence: 1 }, later(60_000));

    await expect(renewing).rejects.toThrow(LeaseLostError);
    expect(await take(flow, 'third')).toMatchObject({ owner: 'first', until: later(leaseMs) });
  });

  it('is refused to a holder whose lease has been taken by another', async () => {
    const flow = newFlow();
    await take(flow, 'first');
    await take(flow, 'second', { now: later(leaseMs + 1) });

    const renewing = renewLease(
      ledger.table,
      { flowName: flow, owner: 'first', fence: 1 },
      later(leaseMs + 2),
    );

    await expect(renewing).rejects.toThrow(/Another run holds the lease of acme\/flow-\d+/);
  });
});

describe('releasing', () => {
  it('frees the flow at once', async () => {
    const flow = newFlow();
    await take(flow, 'first');
    await releaseLease(ledger.table, { flowName: flow, owner: 'first', fence: 1 });

    const answer = await take(flow, 'second');

    expect(answer.kind).toBe('taken');
  });

  it('by another execution changes nothing, and is no error', async () => {
    const flow = newFlow();
    await take(flow, 'first');
    await releaseLease(ledger.table, { flowName: flow, owner: 'second', fence: 1 });

    const answer = await take(flow, 'third');

    expect(answer).toMatchObject({ kind: 'busy', owner: 'first' });
  });
});

describe('an execution that is redriven', () => {
  /** The first run of the execution and the run of its redrive: one owner, two fences. */
  const redrive = async () => {
    const flow = newFlow();
    await take(flow, 'first');
    await take(flow, 'first');
    return { flow, before: { flowName: flow, owner: 'first', fence: 1 } };
  };

  it('keeps its lease if its first run releases late', async () => {
    const { flow, before } = await redrive();

    await releaseLease(ledger.table, before);

    expect(await take(flow, 'second')).toMatchObject({ kind: 'busy', owner: 'first' });
  });

  it('has no step of its first run go on beside its own', async () => {
    const { before } = await redrive();

    const renewing = renewLease(ledger.table, before, later(60_000));

    await expect(renewing).rejects.toThrow(LeaseLostError);
  });

  it('keeps its number of files from its first run', async () => {
    const { flow, before } = await redrive();

    await expect(recordFilesRemaining(ledger.table, before, 7)).rejects.toThrow(LeaseLostError);

    expect(await filesRemainingBefore(ledger.table, flow)).toBeUndefined();
  });
});

describe('the number of files left at the partner', () => {
  it('is unknown before the first run', async () => {
    const left = await filesRemainingBefore(ledger.table, newFlow());

    expect(left).toBeUndefined();
  });

  it('is remembered after the lease is given back', async () => {
    const flow = newFlow();
    await take(flow, 'first');
    await recordFilesRemaining(ledger.table, { flowName: flow, owner: 'first', fence: 1 }, 0);
    await releaseLease(ledger.table, { flowName: flow, owner: 'first', fence: 1 });

    const left = await filesRemainingBefore(ledger.table, flow);

    expect(left).toBe(0);
  });

  it('is not taken from a run that has been replaced', async () => {
    const flow = newFlow();
    await take(flow, 'first');

    const recording = recordFilesRemaining(ledger.table, { flowName: flow, owner: 'late', fence: 1 }, 7);

    await expect(recording).rejects.toThrow(LeaseLostError);
  });
});
