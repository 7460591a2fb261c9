import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FunctionName } from '../../lambdas/contract/names.ts';
import { amendNamed } from '../support/stage/amend-named.ts';
import { functionPids, noProc } from '../support/stage/function-pids.ts';
import { startSignalStage } from '../support/stage/signal-stage.ts';
import { ringsEverywhere } from '../support/stage/stage-alarms.ts';
import { partnerAt, startTestPartner } from '../support/stage/test-partner.ts';
import { amendText } from '../support/stage/test-stage.ts';
import { until } from '../support/stage/until.ts';

/**
 * The fault of each alarm that goes by what AWS counts: executions, messages and calls of functions. Where we have an event and an
 * entry in `attention` of our own they are there; CloudWatch's event, and the alarm in `attention`, always are.
 */
const away = partnerAt(1, 'away', { flows: { files: {}, orders: { direction: 'push' } } });
const acme = await startTestPartner('acme', {
  flows: { rolling: {}, orders: { direction: 'push' } },
});
const silent = await startTestPartner('silent');
const slow = await startTestPartner('slow', { flows: { files: { direction: 'push' } } });

/** How many calls of a function find no room yet. */
const crowded = new Map<string, number>();

function isThrottled(name: string): boolean {
  const calls = crowded.get(name) ?? 0;
  crowded.set(name, calls - 1);
  return calls > 0;
}

/** The longest that an execution may take, in the text of a definition. */
const aDay = /(?<=TimeoutSeconds\\":)86400/;

const { alarms, events, watch, attention, issues, flow, push, queues, stack, stage, dataFolder } =
  await startSignalStage([away, acme, silent, slow], {
    // The pauses of a delivery, over an hour in all, take about two seconds.
    waitScale: 0.0005,
    isThrottled,
    amend: (template) =>
      [
        // A run that hangs is stopped after half a minute, not after a day.
        amendNamed(/-pull$/, aDay, '30'),
        // And a reconcile after six seconds.
        amendNamed(/-reconcile$/, aDay, '6'),
        // A delivery is late after a second, not after two hours.
        amendNamed(/delivery-late$/, /(?<="Threshold":)\d+/, '1'),
        // The watch has eight seconds, and a function is near its end after two.
        amendText('"Timeout":240', '"Timeout":8'),
        amendNamed(/near-timeout-\d+s$/, /(?<="Threshold":)\d+/, '2000'),
        // Once is enough, where it takes a quarter of an hour.
        amendNamed(/(throttled|watch-failed)$/, /(?<="EvaluationPeriods":)\d+/, '1'),
        // Half an hour of silence is over in three seconds.
        amendNamed(/watch-silent$/, /(?<="Period":)\d+/, '3'),
      ].reduce((amended, change) => change(amended), template),
  });

/** It hangs while the other tests run, until it is stopped. */
const hungSince = new Date();
silent.server.fault({ on: 'connect', do: { kind: 'silence' } });
const hanging = flow('silent').refusal();
// Its own test waits for it.
hanging.catch(() => undefined);

const sqs = new SQSClient({});

async function missedRuns(): Promise<string> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  return QueueUrls.find((url) => url.includes('MissedRuns')) ?? '';
}

function call(step: FunctionName) {
  return stack.callFunction(`ftps-sync-local-${step}`, '{}');
}

/** Starts a reconcile of the partner's flow, and gives its status when it has ended. */
async function reconcile(partner: string, name: string): Promise<string> {
  const input = JSON.stringify({ partner, flow: name });
  const { executionArn } = await stage.executions.send(
    new StartExecutionCommand({ stateMachineArn: stage.reconcileMachineArn, input }),
  );
  return until('it has ended', async () => {
    const { status } = await stage.executions.send(new DescribeExecutionCommand({ executionArn }));
    return status === 'RUNNING' ? undefined : status;
  });
}

test('run-failed: a partner that nobody reaches', async () => {
  const since = new Date();

  await flow('away').pull();

  expect(events('run.failed', since)).toMatchObject([
    { partner: 'away', flow: 'files', problem: { fault: 'connection-refused' } },
  ]);
  expect(await alarms.signsOf('run-failed', since)).toEqual(ringsEverywhere);
  expect(await attention('away')).toEqual(['run-failed']);
});

test('run-missed: a run that could not be started', async () => {
  const since = new Date();
  const QueueUrl = await missedRuns();
  const MessageBody = JSON.stringify({ partner: 'acme', flow: 'rolling' });

  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  await watch();

  expect(events('stage.dead-letters', since)).toMatchObject([{ queue: 'missed-runs', messages: 1 }]);
  expect(await alarms.signsOf('run-missed', since)).toEqual(ringsEverywhere);
  expect(await attention('-')).toEqual(['dead-letters']);
});

test('event-not-routed: an event that is none of S3', async () => {
  const since = new Date();

  await queues.sendToIngest('{"no":"event"}');
  await until('it is given up', async () =>
    (await queues.count('ingestDeadLetters')) > 0 ? 'yes' : undefined,
  );
  await watch();

  expect(events('stage.dead-letters', since)).toMatchObject([{ queue: 'ingest' }]);
  expect(await alarms.signsOf('event-not-routed', since)).toEqual(ringsEverywhere);
  expect((await issues()).map(({ path }) => path)).toContain('dead letters: ingest');
});

test('push.delivered is told of each delivery', async () => {
  const since = new Date();

  const versionId = await push('acme', 'orders').put('a.xml', 'order');
  await queues.quiet();

  expect(events('push.delivered', since)).toMatchObject([
    { partner: 'acme', flow: 'orders', key: 'acme/orders/a.xml', versionId, sizeBytes: 5 },
  ]);
});

test('delivery-given-up: a partner that is away for longer than all tries', async () => {
  const since = new Date();

  await push('away', 'orders').put('a.xml', 'x');
  await queues.quiet();
  await watch();

  expect(events('push.failed', since)).toMatchObject([{ partner: 'away', end: 'dead-letter' }]);
  expect(events('stage.dead-letters', since)).toMatchObject([{ queue: 'push' }]);
  expect(await alarms.signsOf('delivery-given-up', since)).toEqual(ringsEverywhere);
  expect(await attention('away')).toContain('connection-refused');
});

test('delivery-late: a partner that takes its time', async () => {
  const since = new Date();
  slow.server.fault({ on: 'STOR', do: { kind: 'silence' } });

  await push('slow').put('a.xml', 'x');
  await until('the alarm rings', async () =>
    alarms.ringing(since).includes('delivery-late') ? 'yes' : undefined,
  );
  expect(await alarms.signsOf('delivery-late', since)).toEqual(ringsEverywhere);

  expect(await queues.count('push')).toBe(1);
});

test('reconcile-failed: no room for its function for longer than it is tried', async () => {
  const since = new Date();
  crowded.set('ftps-sync-local-reconcile', 1_000);

  const status = await reconcile('acme', 'orders');
  crowded.delete('ftps-sync-local-reconcile');
  await watch();

  expect(status).toBe('FAILED');
  expect(events('reconcile.failed', since)).toMatchObject([{ partner: 'acme', flow: 'orders' }]);
  expect(await alarms.signsOf('reconcile-failed', since)).toEqual(ringsEverywhere);
  expect(await attention('acme')).toEqual(['reconcile-failed']);
});

test('throttled: no room for a function', async () => {
  const since = new Date();
  crowded.set('ftps-sync-local-start-run', 1);

  const { report } = await flow('acme', 'rolling').pull();

  expect(await alarms.signsOf('throttled', since)).toEqual(ringsEverywhere);
  expect(report.status).toBe('succeeded');
});

test('watch-silent: nobody calls the watch', async () => {
  const since = new Date();

  await until('the alarm rings', () => (alarms.ringing(since).includes('watch-silent') ? 'yes' : undefined));

  expect(await alarms.signsOf('watch-silent', since)).toEqual(ringsEverywhere);
  await watch();
  expect(alarms.ringing(since)).not.toContain('watch-silent');
});

describe.skipIf(process.platform !== 'linux')(`Functions that hang. ${noProc}`, () => {
  let since = new Date();
  const slowSteps = ['start-run', 'finish-run', 'route-object', 'doctor'] as const;
  const ends: { watch: unknown; reconcile: string } = { watch: undefined, reconcile: '' };

  function signal(steps: readonly FunctionName[], name: NodeJS.Signals): void {
    for (const step of steps) {
      const pids = functionPids({ dataFolder, step });
      expect(pids, `processes of ${step}`).not.toEqual([]);
      for (const pid of pids) process.kill(pid, name);
    }
  }

  beforeAll(async () => {
    // Each has a process then, which is stopped before it is called again: it cannot be quicker than the signal.
    await Promise.all([...slowSteps, 'watch' as const, 'reconcile' as const].map(call));
    since = new Date();
    signal([...slowSteps, 'watch', 'reconcile'], 'SIGSTOP');
    const slowCalls = slowSteps.map(call);
    const watching = watch().catch((error: unknown) => {
      ends.watch = error;
    });
    const reconciling = reconcile('slow', 'files');
    await sleep(2_500);
    signal(slowSteps, 'SIGCONT');
    await Promise.all([...slowCalls, watching]);
    ends.reconcile = await reconciling;
    signal(['reconcile'], 'SIGCONT');
    await watch();
  });

  test.each([
    'near-timeout-54s',
    'near-timeout-108s',
    'near-timeout-216s',
    'near-timeout-270s',
    'near-timeout-810s',
    'near-timeout-891s',
  ] as const)('%s: one that takes nearly all of its time', async (name) => {
    await until('the alarm rings', () => (alarms.ringing(since).includes(name) ? 'yes' : undefined));

    expect(await alarms.signsOf(name, since)).toEqual(ringsEverywhere);
  });

  test('watch-failed: the watch is killed at its timeout', async () => {
    expect(ends.watch).toMatchObject({ message: expect.stringContaining('Task timed out') });
    expect(await alarms.signsOf('watch-failed', since)).toEqual(ringsEverywhere);
  });

  test('reconcile-timed-out: one that does not end', async () => {
    expect(ends.reconcile).toBe('TIMED_OUT');
    expect(events('reconcile.failed', since)).toMatchObject([{ partner: 'slow', flow: 'files' }]);
    expect(await alarms.signsOf('reconcile-timed-out', since)).toEqual(ringsEverywhere);
    expect(await attention('slow')).toContain('reconcile-stopped');
  });
});

test('run-timed-out: a run that does not end', async () => {
  const { message } = await hanging;
  await watch();

  expect(message).toContain('TIMED_OUT');
  expect(events('run.failed', hungSince, 'silent')).toMatchObject([{ problem: { fault: 'run-stopped' } }]);
  expect(await alarms.signsOf('run-timed-out', hungSince)).toEqual(ringsEverywhere);
  expect(await attention('silent')).toEqual(['run-stopped']);
});

test('Every alarm of what AWS counts has been proved', async ({ skip }) => {
  skip(process.platform !== 'linux', noProc);

  expect(await alarms.unproved((namespace) => namespace.startsWith('AWS/'))).toEqual([]);
});
