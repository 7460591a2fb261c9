import { expect, it } from 'vitest';
import { planSummarySchema } from '../../../../lambdas/contract/documents/plan-documents.ts';
import { documentNames } from '../../../../lambdas/contract/documents/run-folder.ts';
import { getJson } from '../../../../lambdas/s3/documents/documents.ts';
import { usePullFixture } from '../pull-fixture.ts';
import { startPulledPartner } from '../pulled-partner.ts';

const fixture = usePullFixture();
const empty = { kind: 'reply', code: 550, text: 'No files found.' } as const;

it.each([
  ['halts where files were left there', 5, 'empty-listing'],
  ['is no fault where nothing was', 0, undefined],
] as const)('A directory that the server says to be empty by 550 %s', async (_, filesBefore, reason) => {
  const partner = await startPulledPartner(fixture, { mlsd: false });
  partner.tree.putDirectory('/in');
  partner.server.fault({ on: 'LIST', do: empty });
  const test = await partner.begin();
  await fixture.leaveFiles(test, filesBefore);

  await partner.plan(test);

  const key = `${test.folder}${documentNames.planSummary}`;
  const summary = await getJson(fixture.runs, key, planSummarySchema);
  expect(summary).toMatchObject({ listed: 0, incompleteDirectories: 0 });
  expect(summary?.halted?.reason).toBe(reason);
});
