import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LocalStack } from '../../../../local/local-stack.ts';
import { startQueueStack } from '../queue-stack.ts';
import { type JournalLine, listSucceeded, readJournal, readJournalUntil } from '../read-journal.ts';
import { createQueueClient, type QueueClient } from '../sqs/queue-client.ts';

let folder = '';
let stack: LocalStack;
let queues: QueueClient;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-mapping-'));
  stack = await startQueueStack(folder);
  queues = createQueueClient(stack);
});

afterEach(async () => {
  queues.client.destroy();
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
});

const message = (name: string, others: object = {}) => JSON.stringify({ name, ...others });

function sendOrdered(group: string, names: readonly string[], others: object = {}): Promise<void> {
  return queues.sendOrdered(
    'Ordered',
    group,
    names.map((name) => message(name, others)),
  );
}

function untilSucceeded(...names: readonly string[]): Promise<readonly JournalLine[]> {
  return readJournalUntil(folder, (lines) => names.every((name) => listSucceeded(lines).includes(name)));
}

/** The timeout of the test ends it if the queue never has these counts. */
async function untilCounts(queue: string, expected: readonly number[]): Promise<void> {
  while ((await queues.counts(queue)).join() !== expected.join()) await sleep(20);
}

test('A message reaches the function in the format of an SQS event, and is deleted', async () => {
  const sent = await queues.send('Work', message('a', { showEvent: true }));

  const lines = await untilSucceeded('a');

  const [record] = lines.flatMap(({ event }) => event?.Records ?? []);
  expect(record).toMatchObject({
    messageId: sent.MessageId,
    body: message('a', { showEvent: true }),
    md5OfBody: sent.MD5OfMessageBody,
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: expect.stringMatching(/^arn:aws:sqs:us-east-1:000000000000:FtpsSync-test-/),
    awsRegion: 'us-east-1',
    attributes: { ApproximateReceiveCount: '1' },
  });
  await untilCounts('Work', [0, 0, 0]);
});

test('A message of a FIFO queue has its group and sequence number', async () => {
  await sendOrdered('g', ['a'], { showEvent: true });

  const lines = await untilSucceeded('a');

  expect(lines.flatMap(({ event }) => event?.Records ?? [])[0]).toMatchObject({
    attributes: { MessageGroupId: 'g', SequenceNumber: expect.stringMatching(/^\d{20}$/) },
  });
});

test('No batch exceeds the batch size of the mapping', async () => {
  const names = Array.from({ length: 23 }, (_, index) => `m${index}`);
  await Promise.all(names.map((name) => queues.send('Work', message(name))));

  const lines = await untilSucceeded(...names);

  const sizes = lines.flatMap(({ began }) => (began === undefined ? [] : [began.length]));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(5);
  expect(listSucceeded(lines)).toHaveLength(23);
});

test('Several batches of a standard queue run concurrently, each in its own process', async () => {
  const names = Array.from({ length: 10 }, (_, index) => `m${index}`);
  await Promise.all(names.map((name) => queues.send('Work', message(name, { lingerMs: 200 }))));

  const lines = await untilSucceeded(...names);

  expect(new Set(lines.flatMap(({ pid }) => pid ?? [])).size).toBeGreaterThan(1);
});

test('Only the failed messages of a batch are received again', async () => {
  await Promise.all([
    queues.send('Work', message('good')),
    queues.send('Work', message('bad', { failUntil: 2 })),
  ]);

  const lines = await untilSucceeded('good', 'bad');

  expect(listSucceeded(lines)).toEqual(['good', 'bad']);
  await untilCounts('Work', [0, 0, 0]);
});

test('A malformed answer fails the whole batch', async () => {
  await queues.send('Work', message('a', { malformAnswerUntil: 2 }));

  const lines = await readJournalUntil(folder, (all) => listSucceeded(all).length === 2);

  expect(lines.flatMap(({ tries, succeeded }) => (succeeded === undefined ? [] : [tries]))).toEqual([1, 2]);
  await untilCounts('Work', [0, 0, 0]);
});

test.each([
  { title: 'throws', error: { throwUntil: 2 } },
  { title: 'is killed', error: { dieUntil: 2 } },
])('The messages of a function that $title are received again', async ({ error }) => {
  await queues.send('Work', message('a', error));

  const lines = await untilSucceeded('a');

  expect(lines.find(({ succeeded }) => succeeded === 'a')?.tries).toBe(2);
});

test('A message that fails too often moves to the dead-letter queue', async () => {
  await queues.send('Work', message('a', { failUntil: 100 }));

  const [dead] = await queues.receive('WorkDead');

  expect(JSON.parse(dead?.Body ?? '{}').name).toBe('a');
  expect(readJournal(folder).flatMap(({ began, tries }) => (began === undefined ? [] : [tries]))).toEqual([
    1, 2, 3,
  ]);
});

test('A message that the function hides is received again after that time', async () => {
  await queues.send('Work', message('a', { failUntil: 2, hideSeconds: 1 }));

  const lines = await untilSucceeded('a');

  expect(lines.find(({ succeeded }) => succeeded === 'a')?.tries).toBe(2);
});

test('A message is not received again while its function runs', async () => {
  // Ten times the scaled visibility timeout of 0.2 seconds.
  await queues.send('Work', message('a', { lingerMs: 2000 }));

  const lines = await untilSucceeded('a');

  expect(lines.filter(({ began }) => began !== undefined)).toHaveLength(1);
  await untilCounts('Work', [0, 0, 0]);
});

test('A group has one batch at a time, in order, and groups run concurrently', async () => {
  const groups = ['a', 'b'];
  const names = (group: string) => Array.from({ length: 25 }, (_, index) => `${group}${index}`);
  for (const group of groups) {
    const all = names(group);
    for (let start = 0; start < all.length; start += 10) {
      await sendOrdered(group, all.slice(start, start + 10), { lingerMs: 5 });
    }
  }

  const lines = await untilSucceeded('a24', 'b24');

  for (const group of groups) {
    expect(listSucceeded(lines).filter((name) => name.startsWith(group))).toEqual(names(group));
    expect(maxConcurrent(lines, (name) => name.startsWith(group))).toBe(1);
  }
  expect(new Set(lines.flatMap(({ pid }) => pid ?? [])).size).toBe(2);
});

test('No more invocations run concurrently than the mapping allows', async () => {
  for (const group of ['a', 'b', 'c', 'd', 'e']) await sendOrdered(group, [`${group}1`], { lingerMs: 150 });

  const lines = await untilSucceeded('a1', 'b1', 'c1', 'd1', 'e1');

  expect(maxConcurrent(lines, () => true)).toBe(2);
});

test('After a failure a group resumes with the failed message, in order', async () => {
  const bodies = [message('1'), message('2', { failUntil: 3 }), message('3'), message('4')];
  await queues.sendOrdered('Ordered', 'g', bodies);

  // The messages after the failed one were received as often, and one more failure would make them dead
  // letters.
  const lines = await untilSucceeded('4');

  expect(listSucceeded(lines)).toEqual(['1', '2', '3', '4']);
});

test('A message that always fails leaves its group, which continues in order', async () => {
  await queues.sendOrdered('Ordered', 'g', [message('bad', { failUntil: 100 })]);
  await readJournalUntil(folder, (lines) => lines.some(({ tries }) => tries === 3));
  await queues.sendOrdered('Ordered', 'g', [message('1'), message('2')]);

  const lines = await untilSucceeded('2');

  expect(listSucceeded(lines)).toEqual(['1', '2']);
  expect(await queues.counts('OrderedDead')).toEqual([1, 0, 0]);
});

test('A stack that closes during a batch loses none of its messages', async () => {
  await sendOrdered('g', ['a', 'b'], { lingerMs: 500 });
  await readJournalUntil(folder, (lines) => lines.length > 0);
  await stack.close();
  const succeeded = listSucceeded(readJournal(folder));

  stack = await startQueueStack(folder);
  queues = createQueueClient(stack);

  const lines = await untilSucceeded('a', 'b');
  expect(succeeded).toEqual([]);
  expect(listSucceeded(lines)).toEqual(['a', 'b']);
});

test('Without event source mappings, messages stay until a stack delivers them', async () => {
  await stack.close();
  stack = await startQueueStack(folder, { eventSourceMappings: 'disabled' });
  queues = createQueueClient(stack);
  await queues.send('Work', message('a'));
  const waiting = await queues.counts('Work');
  await stack.close();

  stack = await startQueueStack(folder);
  queues = createQueueClient(stack);

  await untilSucceeded('a');
  expect(waiting).toEqual([1, 0, 0]);
});

/** The maximum of concurrent invocations with such a message, by the order in which they began and ended. */
function maxConcurrent(lines: readonly JournalLine[], isCounted: (name: string) => boolean): number {
  let running = 0;
  let max = 0;
  for (const { began, ended } of lines) {
    if (began?.some(isCounted) === true) running += 1;
    if (ended?.some(isCounted) === true) running -= 1;
    max = Math.max(max, running);
  }
  return max;
}
