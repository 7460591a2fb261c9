import { expect, it } from 'vitest';
import { documentNames } from '../../../../lambdas/contract/documents/run-folder.ts';
import { type RunReport, runReportSchema } from '../../../../lambdas/contract/documents/run-report.ts';
import { filesRemainingBefore, takeLease } from '../../../../lambdas/ledger/runs/lease.ts';
import { readRun } from '../../../../lambdas/ledger/runs/run-record.ts';
import { finishRun } from '../../../../lambdas/pull/finish-run/finish-run.ts';
import { JsonLinesWriter } from '../../../../lambdas/s3/documents/json-lines-writer.ts';
import { refuseItem, refuseObject } from '../../../support/refusals.ts';
import { silentLog } from '../../../support/silent-log.ts';
import { fileLine, type TestRun, usePullFixture } from '../pull-fixture.ts';

const fixture = usePullFixture();

/** A run that transferred two files in two batches, and deleted both at the partner. */
async function transferred(): Promise<TestRun> {
  const test = await fixture.begin();
  const { folder, run } = test;
  const names = ['a.csv', 'b.csv'];
  await fixture.leaveFiles(test, 7);
  await fixture.list(
    test,
    names.map((name) => fileLine(name)),
  );
  await fixture.plan(test);
  for (const [index, name] of names.entries()) {
    const batch = `00000${index}-000000.jsonl`;
    const outcomes = new JsonLinesWriter(fixture.runs, `${folder}${documentNames.outcomes}${batch}`);
    const content = { key: `acme/${run.flow}/${name}`, sizeBytes: 100, sha256: '00'.repeat(32) };
    await outcomes.write({ kind: 'transferred', path: `/in/${name}`, ...content, verification: 'size' });
    await outcomes.commit();
    const disposed = new JsonLinesWriter(fixture.runs, `${folder}${documentNames.disposed}${batch}`);
    await disposed.write({ path: `/in/${name}`, outcome: 'deleted', detail: '' });
    await disposed.commit();
  }
  return test;
}

interface End {
  readonly logged: string[];
  /** The run as its event has it. */
  readonly published: RunReport[];
  /** The run as its record has it. */
  readonly recorded: RunReport | undefined;
}

async function finish(test: TestRun, error?: { readonly Error: string; readonly Cause: string }) {
  const end = { logged: [] as string[], published: [] as RunReport[] };
  await finishRun(
    { run: test.run, ...(error === undefined ? {} : { error }) },
    {
      ...fixture.dependencies(test),
      log: { ...silentLog, error: (message) => void end.logged.push(message) },
      publishEnded: async ({ report }) => void end.published.push(report),
    },
  );
  const recorded = (await readRun(fixture.table, test.run))?.report;
  return { ...end, recorded } satisfies End;
}

/** Whether another execution may begin a run of the flow. */
async function isLeaseFree({ run }: TestRun): Promise<boolean> {
  const next = { flowName: run, owner: 'execution-of-the-next', now: new Date(), deadOwner: undefined };
  return (await takeLease(fixture.table, next)).kind === 'taken';
}

it('A run whose record the table refuses has its report, is published, logged, and releases its lease', async () => {
  const test = await transferred();
  refuseItem(fixture.table, `"sk":"RUN#${test.run.flow}`);

  const { logged, published } = await finish(test);

  const report = await fixture.document(test, documentNames.report, runReportSchema);
  expect(report).toMatchObject({ status: 'succeeded', transferred: 2 });
  expect(published).toMatchObject([{ status: 'succeeded' }]);
  expect(logged).toEqual([expect.stringMatching(/record of the run.*Item size has exceeded/)]);
  expect(await isLeaseFree(test)).toBe(true);
});

it.each([
  ['of the flow', 'lastEndedAt', /end of the run could not be recorded/],
  ['of the number of files', 'remainingFiles', /number of files at the partner/],
])('A record %s that the table refuses is logged, and the run ends as usual', async (_, text, message) => {
  const test = await transferred();
  refuseItem(fixture.table, text);

  const { logged, published, recorded } = await finish(test);

  expect(recorded).toMatchObject({ status: 'succeeded', transferred: 2 });
  expect(published).toMatchObject([{ status: 'succeeded' }]);
  expect(logged).toEqual([expect.stringMatching(message)]);
  expect(await isLeaseFree(test)).toBe(true);
});

it('A lease whose release the table refuses is logged, and the run is not repeated as a failed one', async () => {
  const test = await transferred();
  refuseItem(fixture.table, `"sk":"FLOW#${test.run.flow}`);

  const { logged, recorded } = await finish(test);

  expect(recorded).toMatchObject({ status: 'succeeded', transferred: 2 });
  expect(logged.at(-1)).toMatch(/lease could not be released; the next run takes it over/);
});

it('A failed run whose alert the table refuses is logged with its cause, recorded and published', async () => {
  const test = await transferred();
  refuseItem(fixture.table, 'OPEN#run');

  const { logged, published, recorded } = await finish(test, { Error: 'States.Timeout', Cause: 'Too slow.' });

  expect(recorded).toMatchObject({ status: 'failed' });
  expect(published).toMatchObject([{ status: 'failed' }]);
  expect(logged).toEqual([expect.stringMatching(/attention does not show it: run-failed, .*Too slow/)]);
  expect(await isLeaseFree(test)).toBe(true);
});

it('Outcomes that S3 refuses to show count as failed, with the refusal as the cause, and the others count', async () => {
  const test = await transferred();
  refuseObject(fixture.runs, `${documentNames.outcomes}000001-000000.jsonl`);

  const { published, recorded } = await finish(test);

  const cause = { error: 'storage', message: expect.stringMatching(/outcomes of some files.*AccessDenied/) };
  expect(recorded).toMatchObject({ status: 'incomplete', transferred: 1, failed: 1, cause });
  expect(published).toMatchObject([{ status: 'incomplete', cause }]);
  expect(await isLeaseFree(test)).toBe(true);
});

it('Where S3 refuses to show what was disposed of, the run is incomplete, and the guard keeps its number', async () => {
  const test = await transferred();
  refuseObject(fixture.runs, `${documentNames.disposed}000001-000000.jsonl`);

  const { recorded } = await finish(test);

  const cause = { error: 'storage', message: expect.stringContaining('disposed of could not be read') };
  expect(recorded).toMatchObject({ status: 'incomplete', transferred: 2, disposed: 1, cause });
  expect(await filesRemainingBefore(fixture.table, test.run)).toBe(7);
});

it('A run whose plan S3 refuses to show has failed, and is not taken for one without files', async () => {
  const test = await transferred();
  refuseObject(fixture.runs, documentNames.planSummary);

  const { published, recorded } = await finish(test);

  const cause = { error: 'storage', message: expect.stringMatching(/plan of the run.*AccessDenied/) };
  expect(recorded).toMatchObject({ status: 'failed', transferred: 2, cause });
  expect(published).toMatchObject([{ status: 'failed' }]);
  expect(await isLeaseFree(test)).toBe(true);
});

it('A report that S3 refuses leaves the counts in the record, which names the refusal', async () => {
  const test = await transferred();
  refuseObject(fixture.runs, documentNames.report, { operation: 'PutObject' });

  const { published, recorded } = await finish(test);

  const cause = { error: 'storage', message: expect.stringMatching(/report of the run.*AccessDenied/) };
  expect(recorded).toMatchObject({ status: 'incomplete', transferred: 2, failed: 0, cause });
  expect(published).toMatchObject([{ status: 'incomplete', cause }]);
  expect(await isLeaseFree(test)).toBe(true);
});
