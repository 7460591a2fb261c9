import { PutObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { readReport } from '../../cli/commands/report.ts';
import { parseRunId } from '../../cli/find-run.ts';
import { takeLease } from '../../lambdas/ledger/lease.ts';
import { latestRuns } from '../../lambdas/ledger/run-record.ts';
import { generatedSha256 } from '../support/ftps-server/generated-content.ts';
import { functionPids, noProc } from '../support/stage/function-pids.ts';
import { forget, lapseLease, ledgerItems } from '../support/stage/ledger-items.ts';
import { sha256 } from '../support/stage/sha256.ts';
import { startSignalStage } from '../support/stage/signal-stage.ts';
import { startTestPartner } from '../support/stage/test-partner.ts';
import { until } from '../support/stage/until.ts';

const mebibyte = 1024 * 1024;
const big = { sizeBytes: 10 * mebibyte, seed: 9 };
const flowNames = [
  'together',
  'dead',
  'adopted',
  'adopted-small',
  'stranger',
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
/** Functions that Lambda refuses to call. */
const throttled = new Set<string>();
const { flow, push, stage, dataFolder, watch, events, issues } = await startSignalStage([acme], {
  isThrottled: (name) => throttled.has(name),
});
const { inbox, table } = stage;

test('Of two runs of a flow at once one goes on and the other says who is at it', async () => {
  tree.put('/together/a.csv', { content: 'a' });
  const [gate, open] = holdTransfer('/together/a.csv');
  const first = flow('acme', 'together').pull();
  await gate;

  const second = await flow('acme', 'together').refusal();

  open();
  expect(second.exitCode).toBe(4);
  expect(second.message).toContain('Not started, busy');
  expect((await first).exitCode).toBe(0);
  expect((await flow('acme', 'together').pull()).exitCode).toBe(0);
});

test('The lease of an execution that is no more is taken over at once', async () => {
  tree.put('/dead/a.csv', { content: 'a' });
  const owner = `${stage.pullMachineArn.replace(':stateMachine:', ':execution:')}:gone`;
  await takeLease(table, { flowName: flow('acme', 'dead'), owner, now: new Date(), deadOwner: undefined });

  const { exitCode, outcomes } = await flow('acme', 'dead').pull();

  expect(exitCode).toBe(0);
  expect(outcomes).toEqual({ 'a.csv': 'transferred' });
});

test('A failed execution that is redriven begins a run of its own, which takes what the failed one could not', async () => {
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

  const status = await until('the redriven execution has ended', async () => {
    const { status } = await stage.executions.send(new DescribeExecutionCommand({ executionArn }));
    return status === 'RUNNING' ? undefined : status;
  });
  const [newest, before] = await latestRuns(table, files, 2);
  expect(failed.report.status).toBe('failed');
  expect(status).toBe('SUCCEEDED');
  expect(before?.report).toEqual(failed.report);
  expect(newest?.report).toMatchObject({ status: 'succeeded', transferred: 1 });
  expect(Object.keys(await files.visible())).toEqual(['a.csv']);
});

test('A run that a person stops is told of once, and is in attention as stopped until the next good one', async () => {
  const since = new Date();
  const files = flow('acme', 'stopped');
  tree.put('/stopped/a.csv', { content: 'a' });
  const [gate, open] = holdTransfer('/stopped/a.csv');
  const stopped = files.pull().catch(() => undefined);
  await gate;
  const [running] = await latestRuns(table, files, 1);
  await watch();
  const early = await openFaults('stopped');

  const cause = 'The disk of the partner is full.';
  await stage.executions.send(new StopExecutionCommand({ executionArn: running?.owner, cause }));
  await watch();
  await watch();

  const [record] = await latestRuns(table, files, 1);
  const noReport = await readReport(stage, parseRunId(record?.run ?? '')).catch(String);
  const [issue] = (await issues()).filter((each) => each.flow === 'stopped');
  open();
  await stopped;
  const next = await files.pull();
  expect(early).toEqual([]);
  expect(record?.report).toMatchObject({ status: 'failed', problem: { fault: 'run-stopped' } });
  expect(events('run.failed', since)).toMatchObject([{ flow: 'stopped', run: running?.run }]);
  expect(issue).toMatchObject({ path: `run ${running?.run}`, fault: 'run-stopped' });
  expect(issue?.message).toContain(`ABORTED, ${cause}`);
  expect(issue?.message).toContain('npx ftps-sync run acme stopped');
  expect(noReport).toContain(`'run ${running?.run}' shows what is known of it`);
  expect(next.exitCode).toBe(0);
  expect(await openFaults('stopped')).toEqual([]);
});

test('A reconcile that failed is told of once, and is in attention until one that began later has ended well', async () => {
  const since = new Date();
  const sent = push('acme', 'sent');
  throttled.add('ftps-sync-local-reconcile');
  const { executionArn } = await stage.executions.send(
    new StartExecutionCommand({
      stateMachineArn: stage.reconcileMachineArn,
      input: JSON.stringify({ partner: 'acme', flow: 'sent' }),
    }),
  );
  await until('it has failed', async () => {
    const { status } = await stage.executions.send(new DescribeExecutionCommand({ executionArn }));
    return status === 'FAILED' ? status : undefined;
  });

  await watch();
  await watch();

  const [issue] = await sent.issues();
  throttled.clear();
  await sent.run();
  await watch();
  expect(events('reconcile.failed', since)).toMatchObject([
    { partner: 'acme', flow: 'sent', problem: { fault: 'reconcile-failed' } },
  ]);
  expect(issue).toMatchObject({ path: 'the reconcile', fault: 'reconcile-failed' });
  expect(issue?.message).toContain('Lambda.TooManyRequestsException');
  expect(await sent.issues()).toEqual([]);
});

test('An object that was published and not recorded is taken over, and not fetched again', async () => {
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
  expect(fetches('/adopted/a.bin')).toBe(1);
  expect(await flow('acme', 'adopted').objects()).toEqual(versions);
  const [after] = await flow('acme', 'adopted').entries();
  expect(after).toMatchObject({ name: 'a.bin', pk: entry?.pk, sk: entry?.sk });
});

test('A small object that was published and not recorded stays the one version of its file', async () => {
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

test("Somebody else's object at the key of a file is left alone and reported", async () => {
  tree.put('/stranger/a.csv', { content: 'ours' }).put('/stranger/b.bin', { content: big });
  for (const name of ['a.csv', 'b.bin']) {
    const command = { Bucket: inbox.name, Key: `acme/stranger/${name}`, Body: 'theirs' };
    await inbox.client.send(new PutObjectCommand(command));
  }

  const { exitCode, outcomes, files } = await flow('acme', 'stranger').pull();

  expect(exitCode).toBe(1);
  expect(outcomes).toEqual({ 'a.csv': 'failed object-not-ours', 'b.bin': 'failed object-not-ours' });
  expect(files[0]?.reason).toContain('It was left alone');
  expect(await flow('acme', 'stranger').visible()).toEqual({
    'a.csv': sha256('theirs'),
    'b.bin': sha256('theirs'),
  });
});

test.for([
  { name: 'late', content: 'a', sha256: sha256('a'), afterBytes: 0 },
  { name: 'late-big', content: big, sha256: generatedSha256(big), afterBytes: 9 * mebibyte },
])('A worker of an older run that wakes up late ($name) publishes and records nothing', async (row) => {
  tree.put(`/${row.name}/a.bin`, { content: row.content });
  const [gate, open] = holdTransfer(`/${row.name}/a.bin`, row.afterBytes);
  const older = flow('acme', row.name).pull();
  await gate;
  await lapseLease(table, flow('acme', row.name));

  const newer = await flow('acme', row.name).pull();
  const entries = await flow('acme', row.name).entries();
  open();
  const late = await older;

  expect(newer.exitCode).toBe(0);
  expect(late.exitCode).toBe(4);
  expect(late.problem?.fault).toBe('replaced-by-newer-run');
  expect(await flow('acme', row.name).entries()).toEqual(entries);
  const versions = (await flow('acme', row.name).objects()).get('a.bin')?.map((each) => each.sha256);
  expect(versions).toEqual([row.sha256]);
  expect(await flow('acme', row.name).openUploads()).toEqual([]);
});

test('The lease of a newer run is not given back by an older one that ends', async () => {
  tree.put('/listed/a.csv', { content: 'a' });
  const [gate, open] = holdTransfer('/listed/a.csv');
  const older = flow('acme', 'listed').pull();
  await gate;
  await lapseLease(table, flow('acme', 'listed'));
  const [newerGate, openNewer] = holdTransfer('/listed/a.csv');
  const newer = flow('acme', 'listed').pull();
  await newerGate;

  open();
  await older;
  const [item] = await ledgerItems(table, ({ pk, sk }) => pk === 'P#acme' && sk === 'FLOW#listed');

  expect(item).toHaveProperty('leaseOwner');
  openNewer();
  await newer;
});

test('A worker that is killed is started again, and the run completes as if nothing had been', async ({
  skip,
}) => {
  skip(process.platform !== 'linux', noProc);
  for (let number = 1; number <= 8; number++) tree.put(`/killed/${number}.csv`, { content: `${number}` });
  tree.put('/killed/a.bin', { content: big });
  const [gate, open] = holdTransfer('/killed/a.bin', 9 * mebibyte);
  const run = flow('acme', 'killed').pull();
  await gate;

  const workers = functionPids({ dataFolder, step: 'transfer-batch' });
  for (const pid of workers) process.kill(pid, 'SIGKILL');
  open();
  const { exitCode, report } = await run;

  expect(workers).not.toEqual([]);
  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ transferred: 9, failed: 0 });
  const objects = await flow('acme', 'killed').objects();
  expect([...objects.values()].map((versions) => versions.length)).toEqual(Array(9).fill(1));
  expect(objects.get('a.bin')?.[0]?.sha256).toBe(generatedSha256(big));
  expect(await flow('acme', 'killed').openUploads()).toEqual([]);
});

/** Stops the next transfer of the file after so many bytes. The first promise tells when it has stopped; the call lets it go on. */
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

/** What is in attention of a flow. */
async function openFaults(name: string): Promise<readonly string[]> {
  return (await issues()).filter((issue) => issue.flow === name).map(({ fault }) => fault);
}

function fetches(path: string): number {
  return server.log.filter(({ command, argument }) => command === 'RETR' && argument === path).length;
}

async function forgetEntries(name: string): Promise<void> {
  for (const entry of await flow('acme', name).entries()) await forget(table, entry);
}
