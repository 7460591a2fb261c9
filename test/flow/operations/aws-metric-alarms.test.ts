import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, ListExecutionsCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FunctionName } from '../../../lambdas/contract/names.ts';
import type { LambdaError } from '../../../local/lambda/function-answer.ts';
import { startAlarmStage } from '../../support/alarms/alarm-stage.ts';
import { activeEverywhere } from '../../support/alarms/stage-alarms.ts';
import { functionPids, noProc } from '../../support/functions/function-pids.ts';
import { partnerAt, startTestPartner } from '../../support/partner/test-partner.ts';
import { amendNamed, amendText } from '../../support/stage/amend-template.ts';
import { waitUntil } from '../../support/wait-until.ts';

/**
 * Causes the error behind each alarm on AWS metrics: executions, messages and invocations. CloudWatch's event
 * is on the bus, and the alarm is in `attention`; so are the product's own event and issue where it has them.
 */
const away = partnerAt(1, 'away', { flows: { files: {}, orders: { direction: 'push' } } });
const acme = await startTestPartner('acme', {
  flows: { rolling: {}, orders: { direction: 'push' } },
});
const silent = await startTestPartner('silent');
const slow = await startTestPartner('slow', { flows: { files: { direction: 'push' } } });

/** How many more invocations are throttled. */
const crowded = new Map<string, number>();
/** Functions that Lambda fails to invoke. */
const unavailable = new Set<string>();

function lambdaError(name: string): LambdaError | undefined {
  if (unavailable.has(name)) return 'ServiceException';
  const calls = crowded.get(name) ?? 0;
  crowded.set(name, calls - 1);
  return calls > 0 ? 'TooManyRequestsException' : undefined;
}

/** The timeout of an execution in the text of a definition. */
const aDay = /(?<=TimeoutSeconds\\":)86400/;

const { alarms, events, runMonitor, attention, issues, flow, push, queues, stack, stage, dataFolder } =
  await startAlarmStage([away, acme, silent, slow], {
    // The backoff of a delivery, over an hour in all, takes about two seconds.
    waitScale: 0.0005,
    lambdaError,
    amend: (template) =>
      [
        // Stops a hanging run after half a minute instead of a day,
        amendNamed(/-pull$/, aDay, '30'),
        // and a reconcile after six seconds.
        amendNamed(/-reconcile$/, aDay, '6'),
        // A delivery is late after a second instead of two hours.
        amendNamed(/delivery-delayed$/, /(?<="Threshold":)\d+/, '1'),
        // The monitor has eight seconds, and a function is near its timeout after two.
        amendText('"Timeout":240', '"Timeout":8'),
        amendNamed(/near-timeout-\d+s$/, /(?<="Threshold":)\d+/, '2000'),
        // One datapoint is enough instead of a quarter of an hour.
        amendNamed(/(functions-throttled|monitor-failed)$/, /(?<="EvaluationPeriods":)\d+/, '1'),
        // Three seconds without data instead of half an hour.
        amendNamed(/monitor-silent$/, /(?<="Period":)\d+/, '3'),
      ].reduce((amended, change) => change(amended), template),
  });

/** Hangs while the other tests run, until it is stopped. */
const hungSince = new Date();
silent.server.fault({ on: 'connect', do: { kind: 'silence' } });
const hanging = flow('silent')
  .pull()
  .then(
    ({ report }) => report.cause?.error ?? report.status,
    (error: unknown) => String(error),
  );

const sqs = new SQSClient({});

async function missedRuns(): Promise<string> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  return QueueUrls.find((url) => url.includes('ScheduleDlq')) ?? '';
}

function call(step: FunctionName) {
  return stack.callFunction(`ftps-sync-local-${step}`, '{}');
}

/** Starts a reconcile of the partner's flow. @returns its status when it has ended. */
async function reconcile(partner: string, name: string): Promise<string> {
  const input = JSON.stringify({ partner, flow: name });
  const { executionArn } = await stage.executions.send(
    new StartExecutionCommand({ stateMachineArn: stage.reconcileMachineArn, input }),
  );
  return waitUntil({
    what: 'the execution has ended',
    check: async () => {
      const { status } = await stage.executions.send(new DescribeExecutionCommand({ executionArn }));
      return status !== 'RUNNING' && status;
    },
  });
}

test('run-failed: an unreachable partner', async () => {
  const since = new Date();

  await flow('away').pull();

  expect(events('run.failed', since)).toMatchObject([
    { partner: 'away', flow: 'files', cause: { error: 'connection-refused' } },
  ]);
  expect(await alarms.readSigns('run-failed', since)).toEqual(activeEverywhere);
  expect(await attention('away')).toEqual(['run-failed']);
});

test('run-not-started: a run that cannot be started', async () => {
  const since = new Date();
  const QueueUrl = await missedRuns();
  const MessageBody = JSON.stringify({ partner: 'acme', flow: 'rolling' });

  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  await runMonitor();

  expect(events('stage.dead-letters', since)).toMatchObject([{ queue: 'schedule', messages: 1 }]);
  expect(await alarms.readSigns('run-not-started', since)).toEqual(activeEverywhere);
  expect(await attention('-')).toEqual(['dead-letters']);
});

test('event-not-routed: an event that is not from S3', async () => {
  const since = new Date();

  await queues.sendToIngest('{"no":"event"}');
  await waitUntil({
    what: 'the event is in the dead-letter queue',
    check: async () => (await queues.count('ingestDeadLetters')) > 0,
  });
  await runMonitor();

  expect(events('stage.dead-letters', since)).toMatchObject([{ queue: 'ingest' }]);
  expect(await alarms.readSigns('event-not-routed', since)).toEqual(activeEverywhere);
  expect((await issues()).map(({ path }) => path)).toContain('dead letters: ingest');
});

test('Each delivery emits push.delivered', async () => {
  const since = new Date();

  const versionId = await push('acme', 'orders').put('a.xml', 'order');
  await queues.quiet();

  expect(events('push.delivered', since)).toMatchObject([
    { partner: 'acme', flow: 'orders', key: 'acme/orders/a.xml', versionId, sizeBytes: 5 },
  ]);
});

test('delivery-dead-lettered: a partner that is unreachable for all retries', async () => {
  const since = new Date();

  await push('away', 'orders').put('a.xml', 'x');
  await queues.quiet();
  await runMonitor();

  expect(events('push.failed', since)).toMatchObject([{ partner: 'away', outcome: 'dead-letter' }]);
  expect(events('stage.dead-letters', since)).toMatchObject([{ queue: 'push' }]);
  expect(await alarms.readSigns('delivery-dead-lettered', since)).toEqual(activeEverywhere);
  expect(await attention('away')).toContain('connection-refused');
});

test('delivery-delayed: a slow partner', async () => {
  const since = new Date();
  slow.server.fault({ on: 'STOR', do: { kind: 'silence' } });

  await push('slow').put('a.xml', 'x');
  await waitUntil({
    what: 'the alarm is active',
    check: () => alarms.active(since).includes('delivery-delayed'),
  });
  expect(await alarms.readSigns('delivery-delayed', since)).toEqual(activeEverywhere);

  expect(await queues.count('push')).toBe(1);
});

test('reconcile-failed: Lambda fails to invoke its function in all retries', async () => {
  const since = new Date();
  unavailable.add('ftps-sync-local-reconcile');

  const status = await reconcile('acme', 'orders');
  unavailable.delete('ftps-sync-local-reconcile');
  await runMonitor();

  expect(status).toBe('FAILED');
  expect(events('reconcile.failed', since)).toMatchObject([{ partner: 'acme', flow: 'orders' }]);
  expect(await alarms.readSigns('reconcile-failed', since)).toEqual(activeEverywhere);
  expect(await attention('acme')).toEqual(['reconcile-failed']);
});

test('functions-throttled: a function without concurrency', async () => {
  const since = new Date();
  // More often than any other error of Lambda is retried.
  crowded.set('ftps-sync-local-start-run', 10);

  const { report } = await flow('acme', 'rolling').pull();

  expect(await alarms.readSigns('functions-throttled', since)).toEqual(activeEverywhere);
  expect(report.status).toBe('succeeded');
});

test('monitor-silent: the monitor is not called', async () => {
  const since = new Date();

  await waitUntil({
    what: 'the alarm is active',
    check: () => alarms.active(since).includes('monitor-silent'),
  });

  expect(await alarms.readSigns('monitor-silent', since)).toEqual(activeEverywhere);
  await runMonitor();
  expect(alarms.active(since)).not.toContain('monitor-silent');
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
    // Starts a process for each, which is stopped before it is called again: a call cannot be faster than the
    // signal.
    await Promise.all([...slowSteps, 'monitor' as const, 'reconcile' as const].map(call));
    since = new Date();
    signal([...slowSteps, 'monitor', 'reconcile'], 'SIGSTOP');
    const slowCalls = slowSteps.map(call);
    const watching = runMonitor().catch((error: unknown) => {
      ends.watch = error;
    });
    const reconciling = reconcile('slow', 'files');
    await sleep(2_500);
    signal(slowSteps, 'SIGCONT');
    await Promise.all([...slowCalls, watching]);
    ends.reconcile = await reconciling;
    signal(['reconcile'], 'SIGCONT');
    await runMonitor();
  });

  test.each([
    'near-timeout-54s',
    'near-timeout-108s',
    'near-timeout-216s',
    'near-timeout-270s',
    'near-timeout-810s',
    'near-timeout-891s',
  ] as const)('%s: one that takes nearly all of its time', async (name) => {
    await waitUntil({ what: 'the alarm is active', check: () => alarms.active(since).includes(name) });

    expect(await alarms.readSigns(name, since)).toEqual(activeEverywhere);
  });

  test('monitor-failed: the monitor times out', async () => {
    expect(ends.watch).toMatchObject({ message: expect.stringContaining('Task timed out') });
    expect(await alarms.readSigns('monitor-failed', since)).toEqual(activeEverywhere);
  });

  test('reconcile-timed-out: a reconcile that does not end', async () => {
    expect(ends.reconcile).toBe('TIMED_OUT');
    expect(events('reconcile.failed', since)).toMatchObject([{ partner: 'slow', flow: 'files' }]);
    expect(await alarms.readSigns('reconcile-timed-out', since)).toEqual(activeEverywhere);
    expect(await attention('slow')).toContain('reconcile-stopped');
  });
});

test('run-timed-out: a run that does not end', async () => {
  const end = await hanging;
  await runMonitor();

  const timedOut = await stage.executions.send(
    new ListExecutionsCommand({ stateMachineArn: stage.pullMachineArn, statusFilter: 'TIMED_OUT' }),
  );
  expect(timedOut.executions).toHaveLength(1);
  // The command sees the stopped execution, or what the monitor has recorded of it, if that came first.
  expect(end).toMatch(/TIMED_OUT|^run-stopped$/);
  expect(events('run.failed', hungSince, 'silent')).toMatchObject([{ cause: { error: 'run-stopped' } }]);
  expect(await alarms.readSigns('run-timed-out', hungSince)).toEqual(activeEverywhere);
  expect(await attention('silent')).toEqual(['run-stopped']);
});

test('Every alarm on AWS metrics has been tested', async ({ skip }) => {
  skip(process.platform !== 'linux', noProc);

  expect(await alarms.unproved((namespace) => namespace.startsWith('AWS/'))).toEqual([]);
});
