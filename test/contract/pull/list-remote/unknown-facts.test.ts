import { expect, it } from 'vitest';
import { listingSummarySchema } from '../../../../lambdas/contract/documents/listing-documents.ts';
import { documentNames } from '../../../../lambdas/contract/documents/run-folder.ts';
import { runReportSchema } from '../../../../lambdas/contract/documents/run-report.ts';
import { finishRun } from '../../../../lambdas/pull/finish-run/finish-run.ts';
import { getJson } from '../../../../lambdas/s3/documents/documents.ts';
import { type TestRun, usePullFixture } from '../pull-fixture.ts';
import { startPulledPartner } from '../pulled-partner.ts';

const fixture = usePullFixture();
const modified = new Date('2026-11-19T12:00:10Z');
const later = new Date('2026-11-19T18:00:00Z');

it.each([
  ['MLSD has no times', {}],
  ['MLSD has neither times nor sizes', { factsLeftOut: ['modify', 'size'] }],
] as const)('A change at the same size is taken where %s and MDTM tells them', async (_, features) => {
  const partner = await startPulledPartner(fixture, {
    uniqueFact: false,
    factsLeftOut: ['modify'],
    ...features,
  });
  partner.tree.put('/in/a.csv', { content: 'one\n', modified });
  const first = await partner.begin();
  await partner.transfer(first);
  partner.tree.put('/in/a.csv', { content: 'ONE\n', modified: later });

  const second = await fixture.next(first);
  await partner.transfer(second);

  expect(await partner.objectText(second, 'a.csv')).toBe('ONE\n');
  expect(await fixture.outcomes(second)).toEqual(['a.csv transferred']);
});

it('The next run takes nothing where nothing has changed', async () => {
  const partner = await startPulledPartner(fixture, { uniqueFact: false, factsLeftOut: ['modify'] });
  partner.tree.put('/in/a.csv', { content: 'one\n', modified });
  const first = await partner.begin();
  await partner.transfer(first);

  const second = await fixture.next(first);
  await partner.plan(second);

  expect(await fixture.manifest(second)).toEqual([]);
});

it('Files whose time or size no one tells are counted in the report, without those that are not selected', async () => {
  const features = { factsLeftOut: ['modify', 'size'], mdtm: false, size: false } as const;
  const partner = await startPulledPartner(fixture, features);
  for (const name of ['a.csv', 'b.csv', 'c.tmp']) partner.tree.put(`/in/${name}`, { content: 'one\n' });
  const test = await partner.begin({ include: ['*.csv'] });

  await partner.plan(test);

  const summary = await getJson(
    fixture.runs,
    `${test.folder}${documentNames.listingSummary}`,
    listingSummarySchema,
  );
  expect(summary).toMatchObject({ files: 3, filesWithoutTime: 2, filesWithoutSize: 2 });
  expect(await reportOf(test)).toMatchObject({ filesWithoutTime: 2, filesWithoutSize: 2 });
});

async function reportOf(test: TestRun) {
  await finishRun(
    { run: test.run, error: undefined },
    { ...fixture.dependencies(test), publishEnded: async () => undefined },
  );
  return await getJson(fixture.runs, `${test.folder}${documentNames.report}`, runReportSchema);
}
