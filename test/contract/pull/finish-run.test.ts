import { describe, expect, it } from 'vitest';
import { documentNames } from '../../../lambdas/contract/run-folder.ts';
import { runReportSchema } from '../../../lambdas/contract/run-report.ts';
import { finishRun } from '../../../lambdas/pull/finish-run.ts';
import { putJson } from '../../../lambdas/s3/documents.ts';
import { JsonLinesWriter } from '../../../lambdas/s3/json-lines-writer.ts';
import type { ListingLine } from '../../../lambdas/sync/listing.ts';
import { silentLog } from '../../support/silent-log.ts';
import { fileLine, type RunSettings, type TestRun, usePullScene } from './pull-scene.ts';

const scene = usePullScene();

const files = ['1.csv', '2.csv', '3.csv'].map((name) => fileLine(name));

async function planned(settings: RunSettings = {}, lines: readonly ListingLine[] = files): Promise<TestRun> {
  const test = await scene.begin(settings);
  await scene.list(test, lines);
  await scene.plan(test);
  return test;
}

/** Outcomes as a worker leaves them. */
async function transferred(
  { folder, run }: TestRun,
  names: readonly string[],
  worker = '000000-000000',
): Promise<void> {
  const writer = new JsonLinesWriter(scene.runs, `${folder}${documentNames.outcomes}${worker}.jsonl`);
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

/** What the Distributed Map writes of children that failed: each with the cause that Step Functions has of it. */
async function failedChildren({ folder }: TestRun, causes: readonly string[]): Promise<void> {
  const base = `${folder}${documentNames.results}batches/4a5b0f5c-0f4e-4a1b-8b0f-0d2b8f3f1f6e`;
  const key = `${base}/FAILED_0.json`;
  const children = causes.map((Cause, index) => ({
    ExecutionArn: `arn:aws:states:eu-south-1:000000000000:execution:pull/TransferBatches:${index}`,
    Input: '{}',
    Name: String(index),
    Status: 'FAILED',
    Error: 'PermanentFault',
    Cause,
  }));
  await putJson(scene.runs, key, children);
  await putJson(scene.runs, `${base}/manifest.json`, {
    DestinationBucket: scene.runs.name,
    MapRunArn: 'arn:aws:states:eu-south-1:000000000000:mapRun:pull/TransferBatches:4a5b0f5c',
    ResultFiles: { FAILED: [{ Key: key, Size: 1 }], PENDING: [], SUCCEEDED: [] },
  });
}

function causeOf(fault: string, message: string): string {
  return JSON.stringify({
    errorType: 'PermanentFault',
    errorMessage: JSON.stringify({ fault, message }),
    trace: [],
  });
}

async function finished(test: TestRun, error?: { readonly Error: string; readonly Cause: string }) {
  const { table, runs, now } = scene.systems(test);
  await finishRun(
    { run: test.run, ...(error === undefined ? {} : { error }) },
    { table, runs, now, log: silentLog, tellEnded: async () => undefined },
  );
  return await scene.document(test, documentNames.report, runReportSchema);
}

describe('the report of a run', () => {
  it('adds up what all workers have done', async () => {
    const test = await planned();
    await transferred(test, ['1.csv', '2.csv'], '000000-000000');
    await transferred(test, ['3.csv'], '000001-000004');

    const report = await finished(test);

    expect(report).toMatchObject({ status: 'succeeded', listed: 3, transferred: 3, failed: 0, bytes: 300 });
  });

  it('counts files as failed whose worker gave up, and says how many did and why', async () => {
    const test = await planned();
    await transferred(test, ['1.csv']);
    await failedChildren(test, [causeOf('too-many-connections', 'The server said 421.')]);

    const report = await finished(test);

    expect(report).toMatchObject({
      status: 'incomplete',
      transferred: 1,
      failed: 2,
      problem: {
        fault: 'too-many-connections',
        message: '1 worker gave up, and the next run takes what was left. The server said 421.',
      },
    });
  });

  it('has failed where every worker gave up, with the fault of the partner', async () => {
    const test = await planned();
    const lost = 'RequestId: 0 Error: Task timed out after 900.00 seconds';
    await failedChildren(test, [lost, causeOf('login-refused', 'The login was refused.')]);

    const report = await finished(test);

    expect(report).toMatchObject({
      status: 'failed',
      failed: 3,
      problem: { fault: 'login-refused', message: 'The login was refused.' },
    });
  });

  it('tells the words of a worker that was lost, whatever they are', async () => {
    const test = await planned();
    await failedChildren(test, ['Runtime exited with error: signal: killed']);

    const report = await finished(test);

    expect(report?.problem).toEqual({
      fault: 'internal',
      message: 'PermanentFault: Runtime exited with error: signal: killed',
    });
  });

  it('does not count as failed what a dry run would transfer', async () => {
    const test = await planned({ run: { mode: 'plan' } });

    const report = await finished(test);

    expect(report).toMatchObject({ status: 'succeeded', listed: 3, failed: 0 });
  });

  it('does not count as failed what a halted run would transfer', async () => {
    const test = await scene.begin();
    await scene.leaveFiles(test, 100);
    await scene.list(test, files);
    await scene.plan(test);

    const report = await finished(test);

    expect(report).toMatchObject({ status: 'halted', failed: 0, problem: { fault: 'sharp-shrink' } });
  });

  it('of a step that failed for good has its fault', async () => {
    const test = await planned();

    const error = { Error: 'PermanentFault', Cause: causeOf('tls-refused', 'No common version.') };
    const report = await finished(test, error);

    expect(report).toMatchObject({
      status: 'failed',
      failed: 0,
      problem: { fault: 'tls-refused', message: 'No common version.' },
    });
  });

  it('is written also where the plan had not come to its end', async () => {
    const test = await scene.begin();

    const report = await finished(test, { Error: 'States.Timeout', Cause: '' });

    expect(report).toMatchObject({ status: 'failed', listed: 0, problem: { message: 'States.Timeout: ' } });
  });
});
