import { expect, it } from 'vitest';
import { decisionLineSchema } from '../../../../lambdas/contract/documents/plan-documents.ts';
import { documentNames } from '../../../../lambdas/contract/documents/run-folder.ts';
import { refuseItem } from '../../../support/refusals.ts';
import { fileLine, usePullFixture } from '../pull-fixture.ts';

const fixture = usePullFixture();

it('A file whose observation the table refuses is refused by name, and the others are held and then taken', async () => {
  const settled = { minAge: '0s', unchangedListings: 2 };
  const lines = ['a.csv', 'b.csv', 'c.csv'].map((name) => fileLine(name));
  const first = await fixture.begin({ flow: { settled } });
  await fixture.list(first, lines);
  refuseItem(fixture.table, '"sk":"b.csv"');

  await fixture.plan(first);
  const second = await fixture.next(first);
  await fixture.list(second, lines);
  await fixture.plan(second);

  const decisions = await fixture.lines(first, documentNames.decisions, decisionLineSchema);
  expect(decisions.map(({ path, outcome, reason }) => [path, outcome, reason])).toEqual([
    ['/in/a.csv', 'held', 'unchanged-listings-not-reached'],
    ['/in/b.csv', 'refused', 'not-recordable'],
    ['/in/c.csv', 'held', 'unchanged-listings-not-reached'],
  ]);
  expect(await fixture.manifest(second)).toEqual(['/in/a.csv', '/in/c.csv']);
});
