import { describe, expect, it } from 'vitest';
import { type PartnerId, partnerIdSchema } from '../../../lambdas/contract/ids.ts';
import {
  endTrial,
  readCircuit,
  readOpenCircuit,
  recordLogin,
  recordRefusedLogin,
  takeTrial,
} from '../../../lambdas/ledger/circuit.ts';
import { askForSlot, readBudget, recordLoweredLimit } from '../../../lambdas/ledger/connection-limit.ts';
import {
  giveBackSlot,
  renewSlot,
  slotMs,
  slotsInUse,
  takeSlot,
} from '../../../lambdas/ledger/connection-slots.ts';
import { useTable } from './test-table.ts';

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

  it('is given to its holder again, whose first answer may have been lost', async () => {
    const slot = slotOf(newPartner(), 'first');
    await takeSlot(ledger.table, slot, start);

    expect(await takeSlot(ledger.table, slot, start)).toBe('taken');
  });

  it('is held until it lapses, and free after it', async () => {
    const partner = newPartner();
    await takeSlot(ledger.table, slotOf(partner, 'killed'), start);

    const answers = [
      await takeSlot(ledger.table, slotOf(partner, 'next'), later(slotMs - 1)),
      await takeSlot(ledger.table, slotOf(partner, 'next'), later(slotMs)),
    ];

    expect(answers).toEqual(['in-use', 'taken']);
  });

  it('is held for as long again where it is renewed', async () => {
    const partner = newPartner();
    const slot = slotOf(partner, 'first');
    await takeSlot(ledger.table, slot, start);
    await renewSlot(ledger.table, slot, later(slotMs - 1));

    expect(await takeSlot(ledger.table, slotOf(partner, 'next'), later(slotMs))).toBe('in-use');
  });

  it('that lapsed and was taken by another cannot be renewed or given back by whoever had it', async () => {
    const partner = newPartner();
    const slept = slotOf(partner, 'slept');
    await takeSlot(ledger.table, slept, start);
    await takeSlot(ledger.table, slotOf(partner, 'next'), later(slotMs));

    const renewal = await renewSlot(ledger.table, slept, later(slotMs + 1));
    await giveBackSlot(ledger.table, slept, later(slotMs + 1).getTime());

    expect(renewal).toBe('lost');
    expect(await slotsInUse(ledger.table, partner, later(slotMs + 2))).toEqual([{ number: 0, use: 'held' }]);
  });

  it('rests after it is given back, as long as it is told, and is free then', async () => {
    const partner = newPartner();
    const slot = slotOf(partner, 'first');
    await takeSlot(ledger.table, slot, start);
    await giveBackSlot(ledger.table, slot, later(250).getTime());

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

  it('of one partner says nothing about another', async () => {
    const partner = newPartner();
    await takeSlot(ledger.table, slotOf(newPartner(), 'first'), start);

    expect(await slotsInUse(ledger.table, partner, start)).toEqual([]);
  });
});

describe('the budget', () => {
  it('says nothing of a partner that nobody had trouble with', async () => {
    expect(await readBudget(ledger.table, newPartner())).toEqual({
      lowered: undefined,
      wantedUntilMs: undefined,
    });
  });

  it('keeps the lowered limit and the wish for a slot beside each other', async () => {
    const partner = newPartner();
    const lowered = { to: 2, refusedAtMs: start.getTime(), refusals: 1 };

    await recordLoweredLimit(ledger.table, partner, lowered);
    await askForSlot(ledger.table, partner, 7);

    expect(await readBudget(ledger.table, partner)).toEqual({ lowered, wantedUntilMs: 7 });
  });
});

describe('the circuit', () => {
  const wrong = (partner: PartnerId, now = start, version = 'v1') =>
    recordRefusedLogin(ledger.table, { partner, version, now }, '530 Login incorrect.');

  it('gives the trial of a new version to one of twenty who ask at once', async () => {
    const partner = newPartner();

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => takeTrial(ledger.table, { partner, version: 'v1', now: start })),
    );

    expect(answers.filter((answer) => answer === 'taken')).toHaveLength(1);
  });

  it('lets another trial through once one has ended without telling anything', async () => {
    const partner = newPartner();
    await takeTrial(ledger.table, { partner, version: 'v1', now: start });
    await endTrial(ledger.table, partner);

    expect(await takeTrial(ledger.table, { partner, version: 'v1', now: start })).toBe('taken');
  });

  it('lets another trial through when the one who had it was killed', async () => {
    const partner = newPartner();
    const trial = { partner, version: 'v1', now: start };
    await takeTrial(ledger.table, trial);

    const answers = [
      await takeTrial(ledger.table, { ...trial, now: later(89_999) }),
      await takeTrial(ledger.table, { ...trial, now: later(90_000) }),
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

  it('counts every refusal of many at once, and tells of its opening once', async () => {
    const partner = newPartner();

    const told = await Promise.all(Array.from({ length: 6 }, () => wrong(partner)));

    expect(told.filter((opened) => opened !== undefined)).toHaveLength(1);
    expect((await readCircuit(ledger.table, partner)).refused?.count).toBe(2);
  });

  it('lets one trial through when its time is over, which opens it for longer where it is refused', async () => {
    const partner = newPartner();
    await wrong(partner);
    await wrong(partner);
    const end = later(15 * 60_000);

    const trials = await Promise.all(
      [1, 2, 3].map(() => takeTrial(ledger.table, { partner, version: 'v1', now: end })),
    );
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

    await recordLogin(ledger.table, { partner, version: 'v2' });

    expect(await readCircuit(ledger.table, partner)).toEqual({
      provenVersion: 'v2',
      refused: undefined,
      trialUntilMs: undefined,
    });
  });

  it('believes a version no longer that has logged in and is refused now', async () => {
    const partner = newPartner();
    await recordLogin(ledger.table, { partner, version: 'v1' });

    await wrong(partner);

    expect((await readCircuit(ledger.table, partner)).provenVersion).toBeUndefined();
  });
});
