import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LocalStack } from '../../../cli/local/local-stack.ts';
import { type QueueClient, queueClientOf } from './queue-client.ts';
import { startQueueStack } from './queue-stack.ts';
import { type JournalLine, journalWhen, readJournal, takenIn } from './read-journal.ts';

let folder = '';
let stack: LocalStack;
let queues: QueueClient;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-mapping-'));
  stack = await startQueueStack(folder);
  queues = queueClientOf(stack);
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

function whenTaken(...names: readonly string[]): Promise<readonly JournalLine[]> {
  return journalWhen(folder, (lines) => names.every((name) => takenIn(lines).includes(name)));
}

/** Ends with the test's own timeout where the queue never is so. */
async function untilCounts(queue: string, expected: readonly number[]): Promise<void> {
  while ((await queues.counts(queue)).join() !== expected.join()) await sleep(20);
}

test('A message comes to the function in the shape of an SQS event, and is deleted', async () => {
  const sent = await queues.send('Work', message('a', { showEvent: true }));

  const lines = await whenTaken('a');

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

test('A message of a FIFO queue comes with its group and number', async () => {
  await sendOrdered('g', ['a'], { showEvent: true });

  const lines = await whenTaken('a');

  expect(lines.flatMap(({ event }) => event?.Records ?? [])[0]).toMatchObject({
    attributes: { MessageGroupId: 'g', SequenceNumber: expect.stringMatching(/^\d{20}$/) },
  });
});

test('No batch has more messages than the mapping says', async () => {
  const names = Array.from({ length: 23 }, (_, index) => `m${index}`);
  await Promise.all(names.map((name) => queues.send('Work', message(name))));

  const lines = await whenTaken(...names);

  const sizes = lines.flatMap(({ began }) => (began === undefined ? [] : [began.length]));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(5);
  expect(takenIn(lines)).toHaveLength(23);
});

test('Several batches of a standard queue run at a time, each in a process of its own', async () => {
  const names = Array.from({ length: 10 }, (_, index) => `m${index}`);
  await Promise.all(names.map((name) => queues.send('Work', message(name, { lingerMs: 200 }))));

  const lines = await whenTaken(...names);

  expect(new Set(lines.flatMap(({ pid }) => pid ?? [])).size).toBeGreaterThan(1);
});

test('Of a batch only the messages that failed come again', async () => {
  await Promise.all([
    queues.send('Work', message('good')),
    queues.send('Work', message('bad', { failUntil: 2 })),
  ]);

  const lines = await whenTaken('good', 'bad');

  expect(takenIn(lines)).toEqual(['good', 'bad']);
  await untilCounts('Work', [0, 0, 0]);
});

test('An answer of another shape is a failure of the whole batch', async () => {
  await queues.send('Work', message('a', { spoilAnswerUntil: 2 }));

  const lines = await journalWhen(folder, (all) => takenIn(all).length === 2);

  expect(lines.flatMap(({ tries, taken }) => (taken === undefined ? [] : [tries]))).toEqual([1, 2]);
  await untilCounts('Work', [0, 0, 0]);
});

test.each([
  { title: 'throws', fault: { throwUntil: 2 } },
  { title: 'is killed', fault: { dieUntil: 2 } },
])('The messages of a function that $title come again', async ({ fault }) => {
  await queues.send('Work', message('a', fault));

  const lines = await whenTaken('a');

  expect(lines.find(({ taken }) => taken === 'a')?.tries).toBe(2);
});

test('A message that fails as often as allowed goes to the dead-letter queue', async () => {
  await queues.send('Work', message('a', { failUntil: 100 }));

  const [dead] = await queues.receive('WorkDead');

  expect(JSON.parse(dead?.Body ?? '{}').name).toBe('a');
  expect(readJournal(folder).flatMap(({ began, tries }) => (began === undefined ? [] : [tries]))).toEqual([
    1, 2, 3,
  ]);
});

test('A message that the function hides for a time comes again after it', async () => {
  await queues.send('Work', message('a', { failUntil: 2, hideSeconds: 1 }));

  const lines = await whenTaken('a');

  expect(lines.find(({ taken }) => taken === 'a')?.tries).toBe(2);
});

test('A message never comes again while its function still runs', async () => {
  // Ten times the visibility timeout, which is scaled to 0.2 seconds.
  await queues.send('Work', message('a', { lingerMs: 2000 }));

  const lines = await whenTaken('a');

  expect(lines.filter(({ began }) => began !== undefined)).toHaveLength(1);
  await untilCounts('Work', [0, 0, 0]);
});

test('A group has one batch at a time, in order, and groups do not wait for each other', async () => {
  const groups = ['a', 'b'];
  const names = (group: string) => Array.from({ length: 25 }, (_, index) => `${group}${index}`);
  for (const group of groups) {
    const all = names(group);
    for (let start = 0; start < all.length; start += 10) {
      await sendOrdered(group, all.slice(start, start + 10), { lingerMs: 5 });
    }
  }

  const lines = await whenTaken('a24', 'b24');

  for (const group of groups) {
    expect(takenIn(lines).filter((name) => name.startsWith(group))).toEqual(names(group));
    expect(mostAtOnce(lines, (name) => name.startsWith(group))).toBe(1);
  }
  expect(new Set(lines.flatMap(({ pid }) => pid ?? [])).size).toBe(2);
});

test('No more invocations run at a time than the mapping says', async () => {
  for (const group of ['a', 'b', 'c', 'd', 'e']) await sendOrdered(group, [`${group}1`], { lingerMs: 150 });

  const lines = await whenTaken('a1', 'b1', 'c1', 'd1', 'e1');

  expect(mostAtOnce(lines, () => true)).toBe(2);
});

test('After a failure a group goes on with the message that failed, in order', async () => {
  const bodies = [message('1'), message('2', { failUntil: 3 }), message('3'), message('4')];
  await queues.sendOrdered('Ordered', 'g', bodies);

  // What came behind the failed one has been received as often as that, and would die with one failure more.
  const lines = await whenTaken('4');

  expect(takenIn(lines)).toEqual(['1', '2', '3', '4']);
});

test('A message that never goes well leaves its group, which goes on in order', async () => {
  await queues.sendOrdered('Ordered', 'g', [message('bad', { failUntil: 100 })]);
  await journalWhen(folder, (lines) => lines.some(({ tries }) => tries === 3));
  await queues.sendOrdered('Ordered', 'g', [message('1'), message('2')]);

  const lines = await whenTaken('2');

  expect(takenIn(lines)).toEqual(['1', '2']);
  expect(await queues.counts('OrderedDead')).toEqual([1, 0, 0]);
});

test('A stack that is closed amid a batch loses nothing of it', async () => {
  await sendOrdered('g', ['a', 'b'], { lingerMs: 500 });
  await journalWhen(folder, (lines) => lines.length > 0);
  await stack.close();
  const taken = takenIn(readJournal(folder));

  stack = await startQueueStack(folder);
  queues = queueClientOf(stack);

  const lines = await whenTaken('a', 'b');
  expect(taken).toEqual([]);
  expect(takenIn(lines)).toEqual(['a', 'b']);
});

test('Where queued work rests, messages stay until a stack delivers them', async () => {
  await stack.close();
  stack = await startQueueStack(folder, { queuedWork: 'resting' });
  queues = queueClientOf(stack);
  await queues.send('Work', message('a'));
  const resting = await queues.counts('Work');
  await stack.close();

  stack = await startQueueStack(folder);
  queues = queueClientOf(stack);

  await whenTaken('a');
  expect(resting).toEqual([1, 0, 0]);
});

/** How many invocations with such a message ran at the same time, by the order of the lines in which they began and ended. */
function mostAtOnce(lines: readonly JournalLine[], isOne: (name: string) => boolean): number {
  let running = 0;
  let most = 0;
  for (const { began, ended } of lines) {
    if (began?.some(isOne) === true) running += 1;
    if (ended?.some(isOne) === true) running -= 1;
    most = Math.max(most, running);
  }
  return most;
}
