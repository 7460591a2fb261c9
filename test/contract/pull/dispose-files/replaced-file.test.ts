import { describe, expect, it } from 'vitest';
import { disposedLineSchema } from '../../../../lambdas/contract/documents/outcome-documents.ts';
import { documentNames } from '../../../../lambdas/contract/documents/run-folder.ts';
import { refuseItem } from '../../../support/refusals.ts';
import { usePullFixture } from '../pull-fixture.ts';
import { type PulledPartner, startPulledPartner } from '../pulled-partner.ts';

const fixture = usePullFixture();
const modified = new Date('2026-11-19T12:00:10Z');
const sameMinute = new Date('2026-11-19T12:00:40Z');
const hoursLater = new Date('2026-11-19T18:00:00Z');

/** Takes `/in/a.csv`, lets the partner do something, and disposes. @returns the outcome and what is left. */
async function disposeAfter(
  partner: PulledPartner,
  flow: object,
  change: () => unknown,
): Promise<{ readonly outcomes: readonly string[]; readonly left: readonly string[] }> {
  const test = await partner.begin({ after: 'delete', ...flow });
  await partner.transfer(test);
  await change();
  await partner.dispose(test);
  const lines = await fixture.lines(test, documentNames.disposed, disposedLineSchema);
  const left = [...(await partner.tree.list('/in'))].map(({ name }) => name);
  return { outcomes: lines.map(({ outcome }) => outcome), left };
}

describe.each([
  ['MLSD and MLST', { mdtm: false }],
  ['MLSD without `unique`', { mdtm: false, uniqueFact: false }],
  ['LIST', { mdtm: false, mlsd: false }],
  ['LIST in the form of DOS', { mdtm: false, mlsd: false, listStyle: 'dos' }],
  ['LIST, without SIZE', { mdtm: false, mlsd: false, size: false }],
] as const)('a server without MDTM, with %s', (_, features) => {
  it('does not lose a file that was replaced by one of its size since it was transferred', async () => {
    const partner = await startPulledPartner(fixture, features);
    partner.tree.put('/in/a.csv', { content: 'first', modified });

    const result = await disposeAfter(partner, {}, () =>
      partner.tree.put('/in/a.csv', { content: 'other', modified: hoursLater }),
    );

    expect(result).toEqual({ outcomes: ['kept'], left: ['a.csv'] });
  });

  it('disposes of a file that was not replaced', async () => {
    const partner = await startPulledPartner(fixture, features);
    partner.tree.put('/in/a.csv', { content: 'first', modified });

    const result = await disposeAfter(partner, {}, () => undefined);

    expect(result).toEqual({ outcomes: ['deleted'], left: [] });
  });
});

describe('a server that lists minutes, and has no MDTM', () => {
  const features = { mdtm: false, mlsd: false } as const;

  it.each([
    ['keeps the file by default', {}, 'unproven', ['a.csv']],
    ['keeps a file that is to be moved', { after: { move: '/archive' } }, 'unproven', ['a.csv']],
    ['deletes it where the flow is content with its size', { afterCheck: 'size' }, 'deleted', []],
  ])('%s, if it was transferred in the minute of its time', async (_, flow, outcome, left) => {
    const partner = await startPulledPartner(fixture, features);
    partner.tree.put('/in/a.csv', { content: 'first', modified: new Date() });

    const result = await disposeAfter(partner, flow, () => undefined);

    expect(result).toEqual({ outcomes: [outcome], left });
  });

  it('keeps it in a later run too, although the minute is over by then', async () => {
    const partner = await startPulledPartner(fixture, features);
    partner.tree.put('/in/a.csv', { content: 'first', modified: new Date() });
    const first = await partner.begin({ after: 'delete' });
    await partner.transfer(first);
    const next = await fixture.next(first);
    await partner.transfer(next);
    await partner.dispose(next);

    const lines = await fixture.lines(next, documentNames.disposed, disposedLineSchema);

    expect(lines).toMatchObject([
      { path: '/in/a.csv', outcome: 'unproven', detail: expect.stringContaining('afterCheck: size') },
    ]);
  });
});

it('keeps a file that is replaced after its MDTM was asked, where a listing of minutes tells its size', async () => {
  const partner = await startPulledPartner(fixture, { mlsd: false, size: false });
  partner.tree.put('/in/a.csv', { content: 'first', modified });

  const result = await disposeAfter(partner, {}, () => {
    const change = () => partner.tree.put('/in/a.csv', { content: 'other', modified: sameMinute });
    partner.server.fault({ on: 'LIST', times: 1, do: { kind: 'beforehand', change } });
  });

  expect(result).toEqual({ outcomes: ['kept'], left: ['a.csv'] });
});

it('tells by `unique` that a file was replaced within the second of its MDTM', async () => {
  const partner = await startPulledPartner(fixture, {});
  partner.tree.put('/in/a.csv', { content: 'first', modified });

  const result = await disposeAfter(partner, {}, () =>
    partner.tree.put('/in/a.csv', { content: 'other', modified }),
  );

  expect(result).toEqual({ outcomes: ['kept'], left: ['a.csv'] });
});

describe('a run that was killed between the object and its record', () => {
  it.each([
    ['LIST and MDTM', { mlsd: false }],
    ['LIST alone', { mlsd: false, mdtm: false }],
  ] as const)(
    'is followed by one that transfers what replaced the file in its minute, on a server with %s',
    async (_, features) => {
      const partner = await startPulledPartner(fixture, features);
      partner.tree.put('/in/a.csv', { content: 'first', modified });
      const killed = await partner.begin({ after: 'delete' });
      await partner.transferWithoutRecord(killed);
      const before = await partner.objectText(killed, 'a.csv');
      partner.tree.put('/in/a.csv', { content: 'other', modified: sameMinute });

      const next = await fixture.next(killed);
      await partner.transfer(next);
      await partner.dispose(next);

      expect(before).toBe('first');
      expect(await partner.objectText(next, 'a.csv')).toBe('other');
      expect(await fixture.outcomes(next)).toEqual(['a.csv transferred']);
    },
  );

  it.each([
    ['LIST', { mlsd: false }, sameMinute],
    ['MLSD', { uniqueFact: false }, modified],
  ] as const)(
    'is followed by one that transfers the file, if the server told no time then, and tells one now, with %s',
    async (_, features, replaced) => {
      const partner = await startPulledPartner(fixture, features);
      partner.tree.put('/in/a.csv', { content: 'first', modified });
      for (const on of ['MDTM', 'MLST'])
        partner.server.fault({ on, do: { kind: 'reply', code: 550, text: 'Not now.' } });
      const killed = await partner.begin({ after: 'delete' });
      await partner.transferWithoutRecord(killed);
      partner.tree.put('/in/a.csv', { content: 'other', modified: replaced });
      partner.server.clearFaults();

      const next = await fixture.next(killed);
      await partner.transfer(next);

      expect(await partner.objectText(next, 'a.csv')).toBe('other');
      expect(await fixture.outcomes(next)).toEqual(['a.csv transferred']);
    },
  );

  it('is followed by one that adopts the object, if the partner has the same version', async () => {
    const partner = await startPulledPartner(fixture, { mlsd: false });
    partner.tree.put('/in/a.csv', { content: 'first', modified });
    const killed = await partner.begin({ after: 'delete' });
    await partner.transferWithoutRecord(killed);

    const next = await fixture.next(killed);
    await partner.transfer(next);

    expect(await partner.verifications(next)).toEqual(['adopted']);
  });

  it('keeps the time of an adopted object whose file is gone, and what comes in its minute is kept', async () => {
    const partner = await startPulledPartner(fixture, { mlsd: false });
    partner.tree.put('/in/a.csv', { content: 'older', modified: new Date('2026-11-18T12:00:10Z') });
    const earlier = await partner.begin({ after: 'delete' });
    await partner.transfer(earlier);
    partner.tree.put('/in/a.csv', { content: 'first', modified });
    const killed = await fixture.next(earlier);
    await partner.transferWithoutRecord(killed);
    const next = await fixture.next(killed);
    await partner.plan(next);
    partner.tree.delete('/in/a.csv');
    await partner.transferPlanned(next);
    partner.tree.put('/in/a.csv', { content: 'other', modified: sameMinute });

    const third = await fixture.next(next);
    await partner.plan(third);
    await partner.dispose(third);

    const lines = await fixture.lines(third, documentNames.disposed, disposedLineSchema);
    expect(lines).toMatchObject([{ path: '/in/a.csv', outcome: 'kept' }]);
  });
});

it('A replaced file that the ledger cannot record is reported, and the others are disposed of', async () => {
  const partner = await startPulledPartner(fixture, {});
  const names = ['a.csv', 'b.csv', 'c.csv'];
  for (const name of names) partner.tree.put(`/in/${name}`, { content: 'first', modified });
  const test = await partner.begin({ after: 'delete' });
  await partner.transfer(test);
  partner.tree.put('/in/b.csv', { content: 'other', modified: hoursLater });
  refuseItem(fixture.table, '"sk":"b.csv"');

  await partner.dispose(test);

  const lines = await fixture.lines(test, documentNames.disposed, disposedLineSchema);
  expect(lines.map(({ path, outcome }) => [path, outcome]).toSorted()).toEqual([
    ['/in/a.csv', 'deleted'],
    ['/in/b.csv', 'failed'],
    ['/in/c.csv', 'deleted'],
  ]);
  expect(lines.find(({ outcome }) => outcome === 'failed')?.detail).toContain('Item size has exceeded');
});
