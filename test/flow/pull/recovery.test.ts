import { PutObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { parseRunId } from '../../../cli/args/names.ts';
import { readReport } from '../../../cli/runs/report-page.ts';
import { takeLease } from '../../../lambdas/ledger/runs/lease.ts';
import { latestRuns } from '../../../lambdas/ledger/runs/run-record.ts';
import { generatedSha256 } from '../../../testing/ftps-server/tree/generated-content.ts';
import { startAlarmStage } from '../../support/alarms/alarm-stage.ts';
import { functionPids, noProc } from '../../support/functions/function-pids.ts';
import { startTestPartner } from '../../support/partner/test-partner.ts';
import { sha256 } from '../../support/sha256.ts';
import { expireLease, forget, ledgerItems } from '../../support/stored/ledger-items.ts';
import { waitUntil } from '../../support/wait-until.ts';

const mebibyte = 1024 * 1024;
const big = { sizeBytes: 10 * mebibyte, seed: 9 };
const flowNames = [
  'together',
  'dead',
  'adopted',
  'adopted-small',
  'foreign',
  'late',
  'late-big',
  'killed',
  'listed',
  'redriven',
  'stopped',
];
const acme = await startTestPartner('acme', {
  flows: { ...Object.fromEntries(flowNames.map((name) => [name, {}])), sent: { direction: 'push' } },
});
const { tree, server } = acme;
/** Functions that Lambda fails to invoke. */
const unavailable = new Set<string>();
const { flow, push, stage, dataFolder, runMonitor, events, issues } = await startAlarmStage([acme], {
  lambdaError: (name) => (unavailable.has(name) ? 'ServiceException' : undefined),
});
const { inbox, table } = stage;

test('Of two concurrent runs of a flow one continues, and the other names it', async () => {
  tree.put('/together/a.csv', { content: 'a' });
  const [held, release] = holdTransfer('/together/a.csv');
  const first = flow('acme', 'together').pull();
  await held;

  const second = await flow('acme', 'together').refusal();

  release();
  expect(second.exitCode).toBe(4);
  expect(second.message).toContain('Run not started (busy)');
  expect((await first).exitCode).toBe(0);
  expect((await flow('acme', 'together').pull()).exitCode).toBe(0);
});

test('The lease of an execution that has ended is taken over at once', async () => {
  tree.put('/dead/a.csv', { content: 'a' });
  const owner = `${stage.pullMachineArn.replace(':stateMachine:', ':execution:')}:gone`;
  await takeLease(table, { flowName: flow('acme', 'dead'), owner, now: new Date(), deadOwner: undefined });

  const { exitCode, outcomes } = await flow('acme', 'dead').pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'a.csv': 'transferred' });
});

test('A redriven execution starts a new run, which transfers what the failed one could not', async () => {
  const files = flow('acme', 'redriven');
  tree.put('/redriven/a.csv', { content: 'a' });
  server.fault({
    on: 'CWD',
    path: '/redriven',
    times: 1,
    do: { kind: 'reply', code: 550, text: 'Not mounted.' },
  });
  const failed = await files.pull();
  const { executions = [] } = await stage.executions.send(
    new ListExecutionsCommand({ stateMachineArn: stage.pullMachineArn, maxResults: 1 }),
  );
  const executionArn = executions[0]?.executionArn;

  await stage.executions.send(new RedriveExecutionCommand({ executionArn }));

  const status = await waitUntil({
    what: 'the redriven execution has ended',
    check: async () => {
      const { status } = await stage.executions.send(new DescribeExecutionCommand({ executionArn }));
      return status !== 'RUNNING' && status;
    },
  });
  const [newest, before] = await latestRuns(table, files, 2);
  expect(failed.report.status).toBe('failed');
  expect(status).toBe('SUCCEEDED');
  expect(before?.report).toEqual(failed.report);
  expect(newest?.report).toMatchObject({ status: 'succeeded', transferred: 1 });
  expect(Object.keys(await files.visible())).toEqual(['a.csv']);
});

test('A run stopped by a person is reported once, and stays in attention until the next good run', async () => {
  const since = new Date();
  const files = flow('acme', 'stopped');
  tree.put('/stopped/a.csv', { content: 'a' });
  const [held, release] = holdTransfer('/stopped/a.csv');
  const stopped = files.pull().catch(() => undefined);
  await held;
  const [running] = await latestRuns(table, files, 1);
  await runMonitor();
  const early = await openErrors('stopped');

  const cause = 'The disk of the partner is full.';
  await stage.executions.send(new StopExecutionCommand({ executionArn: running?.owner, cause }));
  await runMonitor();
  await runMonitor();

  const [record] = await latestRuns(table, files, 1);
  const noReport = await readReport(stage, parseRunId(record?.run ?? '')).catch(String);
  const [issue] = (await issues()).filter((each) => each.flow === 'stopped');
  release();
  await stopped;
  const next = await files.pull();
  expect(early).toEqual([]);
  expect(record?.report).toMatchObject({ status: 'failed', cause: { error: 'run-stopped' } });
  expect(events('run.failed', since)).toMatchObject([{ flow: 'stopped', run: running?.run }]);
  expect(issue).toMatchObject({ path: `run ${running?.run}`, error: 'run-stopped' });
  expect(issue?.message).toContain(`ABORTED, ${cause}`);
  expect(issue?.message).toContain('npx ftps-sync run acme stopped');
  expect(noReport).toContain(`'run ${running?.run}' shows what is known`);
  expect(next.exitCode).toBe(0);
  expect(await openErrors('stopped')).toEqual([]);
});

test('A failed reconcile is reported once, and stays in attention until a later one succeeds', async () => {
  const since = new Date();
  const sent = push('acme', 'sent');
  unavailable.add('ftps-sync-local-reconcile');
  const { executionArn } = await stage.executions.send(
    new StartExecutionCommand({
      stateMachineArn: stage.reconcileMachineArn,
      input: JSON.stringify({ partner: 'acme', flow: 'sent' }),
    }),
  );
  await waitUntil({
    what: 'the execution has failed',
    check: async () => {
      const { status } = await stage.executions.send(new DescribeExecutionCommand({ executionArn }));
      return status === 'FAILED';
    },
  });

  await runMonitor();
  await runMonitor();

  const [issue] = await sent.issues();
  unavailable.clear();
  await sent.run();
  await runMonitor();
  expect(events('reconcile.failed', since)).toMatchObject([
    { partner: 'acme', flow: 'sent', cause: { error: 'reconcile-failed' } },
  ]);
  expect(issue).toMatchObject({ path: 'the reconcile', error: 'reconcile-failed' });
  expect(issue?.message).toContain('Lambda.ServiceException');
  expect(await sent.issues()).toEqual([]);
});

test('An object that was published but not recorded is adopted, not transferred again', async () => {
  tree.put('/adopted/a.bin', { content: big });
  await flow('acme', 'adopted').pull();
  const [entry] = await flow('acme', 'adopted').entries();
  const versions = await flow('acme', 'adopted').objects();
  await forgetEntries('adopted');

  const { exitCode, files } = await flow('acme', 'adopted').pull();

  expect(exitCode).toBe(0);
  expect(files).toMatchObject([
    { outcome: 'transferred', verification: 'adopted', sha256: generatedSha256(big) },
  ]);
  expect(countTransfers('/adopted/a.bin')).toBe(1);
  expect(await flow('acme', 'adopted').objects()).toEqual(versions);
  const [after] = await flow('acme', 'adopted').entries();
  expect(after).toMatchObject({ name: 'a.bin', pk: entry?.pk, sk: entry?.sk });
});

test('A small object that was published but not recorded remains the only version of its file', async () => {
  tree.put('/adopted-small/a.csv', { content: 'a' });
  await flow('acme', 'adopted-small').pull();
  const versions = await flow('acme', 'adopted-small').objects();
  await forgetEntries('adopted-small');

  const second = await flow('acme', 'adopted-small').pull();
  const third = await flow('acme', 'adopted-small').pull();

  expect(second.files).toMatchObject([
    { outcome: 'transferred', verification: 'adopted', sha256: sha256('a') },
  ]);
  expect(third.report).toMatchObject({ transferred: 0, skipped: 1 });
  expect(await flow('acme', 'adopted-small').objects()).toEqual(versions);
});

test('A foreign object at the key of a file is not changed, and reported', async () => {
  tree.put('/foreign/a.csv', { content: 'ours' }).put('/foreign/b.bin', { content: big });
  for (const name of ['a.csv', 'b.bin']) {
    const command = { Bucket: inbox.name, Key: `acme/foreign/${name}`, Body: 'theirs' };
    await inbox.client.send(new PutObjectCommand(command));
  }

  const { exitCode, outcomes, files } = await flow('acme', 'foreign').pull();

  expect(exitCode).toBe(1);
  expect(outcomes).toEqual({ 'a.csv': 'failed foreign-object', 'b.bin': 'failed foreign-object' });
  expect(files[0]?.reason).toContain('it was not overwritten');
  expect(await flow('acme', 'foreign').visible()).toEqual({
    'a.csv': sha256('theirs'),
    'b.bin': sha256('theirs'),
  });
});

test.for([
  { name: 'late', content: 'a', sha256: sha256('a'), afterBytes: 0 },
  { name: 'late-big', content: big, sha256: generatedSha256(big), afterBytes: 9 * mebibyte },
])('A worker of an older run that wakes up late ($name) publishes and records nothing', async (row) => {
  tree.put(`/${row.name}/a.bin`, { content: row.content });
  const [held, release] = holdTransfer(`/${row.name}/a.bin`, row.afterBytes);
  const older = flow('acme', row.name).pull();
  await held;
  await expireLease(table, flow('acme', row.name));

  const newer = await flow('acme', row.name).pull();
  const entries = await flow('acme', row.name).entries();
  release();
  const late = await older;

  expect(newer.exitCode).toBe(0);
  expect(late.exitCode).toBe(4);
  expect(late.cause?.error).toBe('superseded');
  expect(await flow('acme', row.name).entries()).toEqual(entries);
  const versions = (await flow('acme', row.name).objects()).get('a.bin')?.map((each) => each.sha256);
  expect(versions).toEqual([row.sha256]);
  expect(await flow('acme', row.name).openUploads()).toEqual([]);
});

test('An older run that ends does not release the lease of a newer one', async () => {
  tree.put('/listed/a.csv', { content: 'a' });
  const [held, release] = holdTransfer('/listed/a.csv');
  const older = flow('acme', 'listed').pull();
  await held;
  await expireLease(table, flow('acme', 'listed'));
  const [newerHeld, releaseNewer] = holdTransfer('/listed/a.csv');
  const newer = flow('acme', 'listed').pull();
  await newerHeld;

  release();
  await older;
  const [item] = await ledgerItems(table, ({ pk, sk }) => pk === 'P#acme' && sk === 'FLOW#listed');

  expect(item).toHaveProperty('leaseOwner');
  releaseNewer();
  await newer;
});

test('A killed worker is started again, and the run completes', async ({ skip }) => {
  skip(process.platform !== 'linux', noProc);
  for (let number = 1; number <= 8; number++) tree.put(`/killed/${number}.csv`, { content: `${number}` });
  tree.put('/killed/a.bin', { content: big });
  const [held, release] = holdTransfer('/killed/a.bin', 9 * mebibyte);
  const run = flow('acme', 'killed').pull();
  await held;

  const workers = functionPids({ dataFolder, step: 'transfer-batch' });
  for (const pid of workers) process.kill(pid, 'SIGKILL');
  release();
  const { exitCode, report } = await run;

  expect(workers).not.toEqual([]);
  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ transferred: 9, failed: 0 });
  const objects = await flow('acme', 'killed').objects();
  expect([...objects.values()].map((versions) => versions.length)).toEqual(Array(9).fill(1));
  expect(objects.get('a.bin')?.[0]?.sha256).toBe(generatedSha256(big));
  expect(await flow('acme', 'killed').openUploads()).toEqual([]);
});

/**
 * Holds the next transfer of the file after `afterBytes`.
 * @returns a promise that resolves when the transfer is held, and a function that releases it.
 */
function holdTransfer(path: string, afterBytes = 0): [Promise<void>, () => void] {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const change = () => {
    reached.resolve();
    return opened.promise;
  };
  server.fault({ on: 'RETR', path, times: 1, do: { kind: 'meanwhile', afterBytes, change } });
  return [reached.promise, opened.resolve];
}

/** The open issues of a flow. */
async function openErrors(name: string): Promise<readonly string[]> {
  return (await issues()).filter((issue) => issue.flow === name).map(({ error }) => error);
}

function countTransfers(path: string): number {
  return server.log.filter(({ command, argument }) => command === 'RETR' && argument === path).length;
}

async function forgetEntries(name: string): Promise<void> {
  for (const entry of await flow('acme', name).entries()) await forget(table, entry);
}
