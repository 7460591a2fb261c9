import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type PartnerId, partnerIdSchema } from '../../../../lambdas/contract/ids.ts';
import {
  endTrial,
  readCircuit,
  readOpenCircuit,
  recordLogin,
  recordRefusedLogin,
  takeTrial,
} from '../../../../lambdas/ledger/connection/circuit.ts';
import {
  readBudget,
  recordLoweredLimit,
  requestSlot,
} from '../../../../lambdas/ledger/connection/connection-budget.ts';
import {
  releaseSlot,
  renewSlot,
  slotMs,
  slotsInUse,
  takeSlot,
} from '../../../../lambdas/ledger/connection/connection-slots.ts';
import { useTable } from '../test-table.ts';

const ledger = useTable();
const start = new Date('2026-11-20T02:15:00Z');
const later = (ms: number) => new Date(start.getTime() + ms);

let partners = 0;

function newPartner(): PartnerId {
  partners += 1;
  return partnerIdSchema.parse(`partner-${partners}`);
}

function slotOf(partner: PartnerId, holder: string, number = 0) {
  return { partner, holder, number };
}

describe('a slot', () => {
  it('goes to one of twenty who ask at once', async () => {
    const partner = newPartner();
    const slots = Array.from({ length: 20 }, (_, index) => slotOf(partner, `worker-${index}`));

    const answers = await Promise.all(slots.map((slot) => takeSlot(ledger.table, slot, start)));

    expect(answers.filter((answer) => answer === 'taken')).toHaveLength(1);
  });

  it('is given to its holder again, whose first response may have been lost', async () => {
    const slot = slotOf(newPartner(), 'first');
    await takeSlot(ledger.table, slot, start);

    expect(await takeSlot(ledger.table, slot, start)).toBe('taken');
  });

  it('is held until it expires, and free afterwards', async () => {
    const partner = newPartner();
    await takeSlot(ledger.table, slotOf(partner, 'killed'), start);

    const answers = [
      await takeSlot(ledger.table, slotOf(partner, 'next'), later(slotMs - 1)),
      await takeSlot(ledger.table, slotOf(partner, 'next'), later(slotMs)),
    ];

    expect(answers).toEqual(['in-use', 'taken']);
  });

  it('is held for as long again if it is renewed', async () => {
    const partner = newPartner();
    const slot = slotOf(partner, 'first');
    await takeSlot(ledger.table, slot, start);
    await renewSlot(ledger.table, slot, later(slotMs - 1));

    expect(await takeSlot(ledger.table, slotOf(partner, 'next'), later(slotMs))).toBe('in-use');
  });

  it('that expired and was taken by another cannot be renewed or released by its former holder', async () => {
    const partner = newPartner();
    const slept = slotOf(partner, 'slept');
    await takeSlot(ledger.table, slept, start);
    await takeSlot(ledger.table, slotOf(partner, 'next'), later(slotMs));

    const renewal = await renewSlot(ledger.table, slept, later(slotMs + 1));
    await releaseSlot(ledger.table, slept, later(slotMs + 1).getTime());

    expect(renewal).toBe('lost');
    expect(await slotsInUse(ledger.table, partner, later(slotMs + 2))).toEqual([{ number: 0, use: 'held' }]);
  });

  it('rests after it is released, for the given time, and is free then', async () => {
    const partner = newPartner();
    const slot = slotOf(partner, 'first');
    await takeSlot(ledger.table, slot, start);
    await releaseSlot(ledger.table, slot, later(250).getTime());

    const uses = [
      await slotsInUse(ledger.table, partner, later(249)),
      await slotsInUse(ledger.table, partner, later(250)),
    ];
    const answers = [
      await takeSlot(ledger.table, slotOf(partner, 'next'), later(249)),
      await takeSlot(ledger.table, slotOf(partner, 'next'), later(250)),
    ];

    expect(uses).toEqual([[{ number: 0, use: 'resting' }], []]);
    expect(answers).toEqual(['in-use', 'taken']);
  });

  it('of one partner does not affect another', async () => {
    const partner = newPartner();
    await takeSlot(ledger.table, slotOf(newPartner(), 'first'), start);

    expect(await slotsInUse(ledger.table, partner, start)).toEqual([]);
  });
});

describe('the budget', () => {
  it('is empty for a partner without problems', async () => {
    expect(await readBudget(ledger.table, newPartner())).toEqual({
      lowered: undefined,
      wantedUntilMs: undefined,
    });
  });

  it('keeps the lowered limit and the request for a slot independently', async () => {
    const partner = newPartner();
    const lowered = { to: 2, refusedAtMs: start.getTime(), refusals: 1 };

    await recordLoweredLimit(ledger.table, partner, lowered);
    await requestSlot(ledger.table, partner, 7);

    expect(await readBudget(ledger.table, partner)).toEqual({ lowered, wantedUntilMs: 7 });
  });
});

describe('the circuit', () => {
  const wrong = (partner: PartnerId, now = start, version = 'v1') =>
    recordRefusedLogin(ledger.table, { id: randomUUID(), partner, version, now }, '530 Login incorrect.');
  const trialOf = (partner: PartnerId, now = start) => ({ id: randomUUID(), partner, version: 'v1', now });

  it('gives the trial of a new version to one of twenty who ask at once', async () => {
    const partner = newPartner();

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => takeTrial(ledger.table, trialOf(partner))),
    );

    expect(answers.filter((answer) => answer === 'taken')).toHaveLength(1);
  });

  it('allows another trial after one that ended without an answer', async () => {
    const partner = newPartner();
    const ended = trialOf(partner);
    await takeTrial(ledger.table, ended);
    await endTrial(ledger.table, ended);

    expect(await takeTrial(ledger.table, trialOf(partner))).toBe('taken');
  });

  it('allows another trial if the function that had it was killed', async () => {
    const partner = newPartner();
    await takeTrial(ledger.table, trialOf(partner));

    const answers = [
      await takeTrial(ledger.table, trialOf(partner, later(89_999))),
      await takeTrial(ledger.table, trialOf(partner, later(150_000))),
    ];

    expect(answers).toEqual(['no', 'taken']);
  });

  it('opens with the second refusal in a row, and tells so then alone', async () => {
    const partner = newPartner();

    const told = [await wrong(partner), await wrong(partner), await wrong(partner)];

    expect(told).toEqual([undefined, expect.objectContaining({ count: 2, version: 'v1' }), undefined]);
    expect(await readOpenCircuit(ledger.table, partner, start)).toMatchObject({
      count: 2,
      openUntilMs: later(15 * 60_000).getTime(),
      message: '530 Login incorrect.',
    });
  });

  it('counts every refusal of many at once, and reports its opening once', async () => {
    const partner = newPartner();

    const told = await Promise.all(Array.from({ length: 6 }, () => wrong(partner)));

    expect(told.filter((opened) => opened !== undefined)).toHaveLength(1);
    expect((await readCircuit(ledger.table, partner)).refused?.count).toBe(2);
  });

  it('allows one trial when its time is over, and stays open longer if that is refused', async () => {
    const partner = newPartner();
    await wrong(partner);
    await wrong(partner);
    const end = later(15 * 60_000);

    const trials = await Promise.all([1, 2, 3].map(() => takeTrial(ledger.table, trialOf(partner, end))));
    await wrong(partner, end);

    expect(trials.filter((trial) => trial === 'taken')).toHaveLength(1);
    expect(await readOpenCircuit(ledger.table, partner, end)).toMatchObject({
      count: 3,
      openUntilMs: end.getTime() + 60 * 60_000,
    });
  });

  it('is closed by a login', async () => {
    const partner = newPartner();
    await wrong(partner);
    await wrong(partner);

    await recordLogin(ledger.table, { id: randomUUID(), partner, version: 'v2' });

    expect(await readCircuit(ledger.table, partner)).toMatchObject({
      provenVersion: 'v2',
      refused: undefined,
      trialUntilMs: undefined,
    });
  });

  it('no longer trusts a version that has logged in and is refused now', async () => {
    const partner = newPartner();
    await recordLogin(ledger.table, { id: randomUUID(), partner, version: 'v1' });

    await wrong(partner);

    expect((await readCircuit(ledger.table, partner)).provenVersion).toBeUndefined();
  });
});
