import { describe, expect, it } from 'vitest';
import { planSummarySchema } from '../../../../lambdas/contract/documents/plan-documents.ts';
import { documentNames } from '../../../../lambdas/contract/documents/run-folder.ts';
import { runReportSchema } from '../../../../lambdas/contract/documents/run-report.ts';
import type { ListingLine } from '../../../../lambdas/core/listing/listing.ts';
import type { ObjectKey } from '../../../../lambdas/core/path/object-key.ts';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import { recordTransferredVersion } from '../../../../lambdas/ledger/entries/file-entries.ts';
import { filesRemainingBefore, takeLease } from '../../../../lambdas/ledger/runs/lease.ts';
import { finishRun } from '../../../../lambdas/pull/finish-run/finish-run.ts';
import { putJson } from '../../../../lambdas/s3/documents/documents.ts';
import { JsonLinesWriter } from '../../../../lambdas/s3/documents/json-lines-writer.ts';
import { silentLog } from '../../../support/silent-log.ts';
import { fileLine, type RunSettings, type TestRun, usePullFixture } from '../pull-fixture.ts';

const fixture = usePullFixture();

const files = ['1.csv', '2.csv', '3.csv'].map((name) => fileLine(name));

async function planned(settings: RunSettings = {}, lines: readonly ListingLine[] = files): Promise<TestRun> {
  const test = await fixture.begin(settings);
  await fixture.list(test, lines);
  await fixture.plan(test);
  return test;
}

/** Outcomes as a worker leaves them. */
async function transferred(
  { folder, run }: TestRun,
  names: readonly string[],
  worker = '000000-000000',
): Promise<void> {
  const writer = new JsonLinesWriter(fixture.runs, `${folder}${documentNames.outcomes}${worker}.jsonl`);
  for (const name of names) {
    const key = `acme/${run.flow}/${name}`;
    await writer.write({
      kind: 'transferred',
      path: `/in/${name}`,
      key,
      sizeBytes: 100,
      sha256: '00'.repeat(32),
      verification: 'size',
    });
  }
  await writer.commit();
}

/**
 * What the Distributed Map writes of children that failed: each with the cause that Step Functions has of it.
 */
async function failedChildren({ folder }: TestRun, causes: readonly string[]): Promise<void> {
  const base = `${folder}${documentNames.results}batches/4a5b0f5c-0f4e-4a1b-8b0f-0d2b8f3f1f6e`;
  const key = `${base}/FAILED_0.json`;
  const children = causes.map((Cause, index) => ({
    ExecutionArn: `arn:aws:states:eu-south-1:000000000000:execution:pull/TransferBatches:${index}`,
    Input: '{}',
    Name: String(index),
    Status: 'FAILED',
    Error: 'PermanentError',
    Cause,
  }));
  await putJson(fixture.runs, key, children);
  await putJson(fixture.runs, `${base}/manifest.json`, {
    DestinationBucket: fixture.runs.name,
    MapRunArn: 'arn:aws:states:eu-south-1:000000000000:mapRun:pull/TransferBatches:4a5b0f5c',
    ResultFiles: { FAILED: [{ Key: key, Size: 1 }], PENDING: [], SUCCEEDED: [] },
  });
}

function causeOf(error: string, message: string): string {
  return JSON.stringify({
    errorType: 'PermanentError',
    errorMessage: JSON.stringify({ error, message }),
    trace: [],
  });
}

async function finished(test: TestRun, error?: { readonly Error: string; readonly Cause: string }) {
  const { table, runs, now } = fixture.dependencies(test);
  await finishRun(
    { run: test.run, ...(error === undefined ? {} : { error }) },
    { table, runs, now, log: silentLog, publishEnded: async () => undefined },
  );
  return await fixture.document(test, documentNames.report, runReportSchema);
}

/** Records files as a worker does that is killed before it reports them. */
async function recorded({ run }: TestRun, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const entry = { flowName: run, relativePath: parseRelativePath(name), fence: run.fence };
    await recordTransferredVersion(fixture.table, entry, {
      ...{ key: `acme/${run.flow}/${name}` as ObjectKey, sizeBytes: 100, etag: '"1"', versionId: undefined },
      ...{ sha256: '00'.repeat(32), crc32: undefined, verifiedModified: undefined, isTimeFinal: false },
      ...{ doneFile: undefined, isReplaced: false, runId: run.runId, transferredAt: new Date() },
      fingerprint: { sizeBytes: 100, modified: undefined, unique: undefined },
    });
  }
}

describe('files that are recorded and that no worker has reported', () => {
  const timeout = { Error: 'States.Timeout', Cause: '' };

  it('count as transferred in a run that failed, and the others as not reached', async () => {
    const test = await planned();
    await recorded(test, ['1.csv']);

    const report = await finished(test, timeout);

    expect(report).toMatchObject({ status: 'failed', listed: 3, transferred: 1, failed: 0, notReached: 2 });
  });

  it('count once where a worker has reported them too, or where the step runs again', async () => {
    const test = await planned();
    await recorded(test, ['1.csv', '2.csv']);
    await transferred(test, ['2.csv']);
    await finished(test, timeout);

    const report = await finished(test, timeout);

    expect(report).toMatchObject({ transferred: 2, notReached: 1, bytes: 200 });
  });

  it('count as transferred where a worker of the run was lost', async () => {
    const test = await planned();
    await recorded(test, ['3.csv']);
    await failedChildren(test, ['Runtime exited with error: signal: killed']);

    const report = await finished(test);

    expect(report).toMatchObject({ status: 'incomplete', transferred: 1, failed: 2, notReached: 0 });
  });

  it('do not count where an earlier run has transferred them', async () => {
    const test = await planned();
    await recorded({ ...test, run: { ...test.run, runId: `${test.run.runId.slice(0, -1)}0` as never } }, [
      '1.csv',
    ]);

    const report = await finished(test, timeout);

    expect(report).toMatchObject({ transferred: 0, notReached: 3 });
  });
});

describe('the report of a run', () => {
  it('adds up the outcomes of all workers', async () => {
    const test = await planned();
    await transferred(test, ['1.csv', '2.csv'], '000000-000000');
    await transferred(test, ['3.csv'], '000001-000004');

    const report = await finished(test);

    expect(report).toMatchObject({ status: 'succeeded', listed: 3, transferred: 3, failed: 0, bytes: 300 });
  });

  it('counts the files of a failed worker as failed, with the number of such workers and the cause', async () => {
    const test = await planned();
    await transferred(test, ['1.csv']);
    await failedChildren(test, [causeOf('too-many-connections', 'The server said 421.')]);

    const report = await finished(test);

    expect(report).toMatchObject({
      status: 'incomplete',
      transferred: 1,
      failed: 2,
      cause: {
        error: 'too-many-connections',
        message: '1 worker failed; the next run transfers the remaining files. The server said 421.',
      },
    });
  });

  it('has status failed where every worker failed, with the error of the partner', async () => {
    const test = await planned();
    const lost = 'RequestId: 0 Error: Task timed out after 900.00 seconds';
    await failedChildren(test, [lost, causeOf('login-refused', 'The login was refused.')]);

    const report = await finished(test);

    expect(report).toMatchObject({
      status: 'failed',
      failed: 3,
      cause: { error: 'login-refused', message: 'The login was refused.' },
    });
  });

  it('has the error of a lost worker in any format', async () => {
    const test = await planned();
    await failedChildren(test, ['Runtime exited with error: signal: killed']);

    const report = await finished(test);

    expect(report?.cause).toEqual({
      error: 'internal',
      message: 'PermanentError: Runtime exited with error: signal: killed',
    });
  });

  it('does not count the files of a dry run as failed', async () => {
    const test = await planned({ run: { mode: 'plan' } });

    const report = await finished(test);

    expect(report).toMatchObject({ status: 'succeeded', listed: 3, failed: 0 });
  });

  it('does not count the files of a halted run as failed', async () => {
    const test = await fixture.begin();
    await fixture.leaveFiles(test, 100);
    await fixture.list(test, files);
    await fixture.plan(test);

    const report = await finished(test);

    expect(report).toMatchObject({ status: 'halted', failed: 0, cause: { error: 'listing-shrunk' } });
  });

  it('has the error of a step that failed', async () => {
    const test = await planned();

    const error = { Error: 'PermanentError', Cause: causeOf('tls-refused', 'No common version.') };
    const report = await finished(test, error);

    expect(report).toMatchObject({
      status: 'failed',
      failed: 0,
      cause: { error: 'tls-refused', message: 'No common version.' },
    });
  });

  it('is written though the plan was not finished', async () => {
    const test = await fixture.begin();

    const report = await finished(test, { Error: 'States.Timeout', Cause: '' });

    expect(report).toMatchObject({ status: 'failed', listed: 0, cause: { message: 'States.Timeout: ' } });
  });
});

describe('a run that has ended', () => {
  it.each([
    ['succeeded', undefined],
    ['failed', { Error: 'PermanentError', Cause: causeOf('tls-refused', 'No common version.') }],
  ])('and %s lets the next one begin at once', async (_, error) => {
    const test = await planned();

    await finished(test, error);

    const next = { flowName: test.run, owner: 'next', now: new Date(), deadOwner: undefined };
    expect(await takeLease(fixture.table, next)).toMatchObject({ kind: 'taken' });
  });

  it.each([
    ['the files that it left', 0, 3],
    ['those of the run before, if a directory could not be listed', 1, 4],
  ])('has the next listing compared with %s', async (_, incompleteDirectories, expected) => {
    const test = await fixture.begin();
    await fixture.leaveFiles(test, 4);
    await fixture.list(test, files);
    await fixture.plan(test);
    await transferred(test, ['1.csv', '2.csv', '3.csv']);
    const summary = await fixture.document(test, documentNames.planSummary, planSummarySchema);
    const key = `${test.folder}${documentNames.planSummary}`;
    await putJson(fixture.runs, key, { ...summary, incompleteDirectories });

    await finished(test);

    expect(await filesRemainingBefore(fixture.table, test.run)).toBe(expected);
  });
});
