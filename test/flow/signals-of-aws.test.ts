import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { functionPids, noProc } from '../support/stage/function-pids.ts';
import { startSignalStage } from '../support/stage/signal-stage.ts';
import { partnerAt, startTestPartner } from '../support/stage/test-partner.ts';
import { amendText } from '../support/stage/test-stage.ts';
import { until } from '../support/stage/until.ts';

/** The fault of each alarm that goes by what AWS counts: executions, messages and calls of functions. */
const away = partnerAt(1, 'away', { flows: { orders: { direction: 'push' } } });
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

const { alarms, events, watch, attention, issues, flow, push, queues, stage, dataFolder } =
  await startSignalStage([away, acme, silent, slow], {
    // The pauses of a delivery, over an hour in all, take about two seconds.
    waitScale: 0.0005,
    isThrottled,
    amend: (template) =>
      [
        // A run that hangs is stopped after half a minute, not after a day.
        amendText('\\"TimeoutSeconds\\":86400', '\\"TimeoutSeconds\\":30'),
        // A delivery is late after a second, not after two hours.
        amendText('"Threshold":7200', '"Threshold":1'),
        // The watch has eight seconds, and nine tenths of them before the alarm.
        amendText('"Timeout":240', '"Timeout":8'),
        amendText('"Threshold":216000', '"Threshold":7200'),
      ].reduce((amended, change) => change(amended), template),
  });

const sqs = new SQSClient({});

async function missedRuns(): Promise<string> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  return QueueUrls.find((url) => url.includes('MissedRuns')) ?? '';
}

test('run-missed: a run that could not be started', async () => {
  const since = new Date();
  const QueueUrl = await missedRuns();
  const MessageBody = JSON.stringify({ partner: 'acme', flow: 'rolling' });

  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  await watch();

  expect(events('stage.dead-letters', since)).toMatchObject([{ queue: 'missed-runs', messages: 1 }]);
  expect(await alarms.ringing(since)).toContain('run-missed');
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
  expect(await alarms.ringing(since)).toContain('event-not-routed');
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
  expect(await alarms.ringing(since)).toContain('delivery-given-up');
  expect(await attention('away')).toContain('connection-refused');
});

test('delivery-late: a partner that takes its time', async () => {
  const since = new Date();
  slow.server.fault({ on: 'STOR', do: { kind: 'silence' } });

  await push('slow').put('a.xml', 'x');
  await until('the alarm rings', async () =>
    (await alarms.ringing(since)).includes('delivery-late') ? 'yes' : undefined,
  );

  expect(await queues.count('push')).toBe(1);
});

test('reconcile-failed: a flow that is not there', async () => {
  const since = new Date();

  const { executionArn } = await stage.executions.send(
    new StartExecutionCommand({
      stateMachineArn: stage.reconcileMachineArn,
      input: JSON.stringify({ partner: 'acme', flow: 'nothing' }),
    }),
  );
  await until('it has ended', async () => {
    const { status } = await stage.executions.send(new DescribeExecutionCommand({ executionArn }));
    return status === 'FAILED' ? status : undefined;
  });

  expect(await alarms.ringing(since)).toContain('reconcile-failed');
});

test('throttled: no room for a function', async () => {
  const since = new Date();
  crowded.set('ftps-sync-local-start-run', 1);

  const { report } = await flow('acme', 'rolling').pull();

  expect(await alarms.ringing(since)).toContain('throttled');
  expect(report.status).toBe('succeeded');
});

test('run-timed-out: a run that does not end', async () => {
  const since = new Date();
  silent.server.fault({ on: 'connect', do: { kind: 'silence' } });

  const { message } = await flow('silent').refusal();

  expect(message).toContain('TIMED_OUT');
  expect(await alarms.ringing(since)).toContain('run-timed-out');
});

test('near-timeout, watch-failed: a function that hangs', async ({ skip }) => {
  skip(process.platform !== 'linux', noProc);
  const since = new Date();
  // Stopped before it is called: it cannot be quicker than the signal.
  for (const pid of functionPids({ dataFolder, step: 'watch' })) process.kill(pid, 'SIGSTOP');

  await expect(watch()).rejects.toThrow('Task timed out');

  expect(await alarms.ringing(since)).toEqual(expect.arrayContaining(['near-timeout-216s', 'watch-failed']));
});
