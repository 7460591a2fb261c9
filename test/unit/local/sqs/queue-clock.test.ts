import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { QueueDefinition } from '../../../../local/sqs/queue-definition.ts';
import { Queues } from '../../../../local/sqs/queues.ts';

let folder = '';
let clockMs = 0;
const opened: Queues[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'queue-clock-'));
  clockMs = Date.parse('2026-11-20T00:00:00Z');
});

afterEach(() => {
  for (const queues of opened.splice(0)) queues.close();
  rmSync(folder, { recursive: true, force: true });
});

type FifoRules = NonNullable<QueueDefinition['fifo']>;

/** A queue with a clock that the test sets. */
function openQueue({ fifo, now = () => new Date(clockMs) }: { fifo?: Partial<FifoRules>; now?: () => Date }) {
  const rules: FifoRules = {
    isContentDeduplicated: true,
    deduplicationScope: 'queue',
    throughputLimit: 'perQueue',
    ...fifo,
  };
  const definition: QueueDefinition = {
    name: 'q',
    arn: 'arn:q',
    fifo: fifo === undefined ? undefined : rules,
    visibilityTimeoutSeconds: 30,
    delaySeconds: 0,
    retentionSeconds: 3600,
    receiveWaitSeconds: 0,
    maxMessageBytes: 1024,
    redrive: undefined,
    redriveAllow: undefined,
  };
  const queues = new Queues({ definitions: [definition], file: join(folder, 'queues.sqlite'), now });
  opened.push(queues);
  const queue = queues.byArn('arn:q');
  if (queue === undefined) throw new Error('There is no queue');
  return queue;
}

const message = (body: string, group?: string) => ({ body, group, deduplicationId: undefined });
const all = { limit: 10, maxBytes: 10_000, hiddenMs: 30_000, isHeld: false, groups: 'any' } as const;
const undelayed = { delayMs: 0 };

test('A message that becomes visible just before the wait is received', async () => {
  const now = () => {
    clockMs += 60;
    return new Date(clockMs);
  };
  const queue = openQueue({ now });
  queue.send(message('a'), { delayMs: 90 });

  const received = await queue.receiveNext(all, { signal: new AbortController().signal });

  expect(received.map(({ body }) => body)).toEqual(['a']);
});

test('After five minutes a duplicate is a new message', () => {
  const queue = openQueue({ fifo: {} });
  const first = queue.send(message('a', 'g'), undelayed);
  clockMs += 5 * 60_000 - 1;
  const within = queue.send(message('a', 'g'), undelayed);
  clockMs += 1;

  const after = queue.send(message('a', 'g'), undelayed);

  expect(within).toEqual(first);
  expect(after.messageId).not.toBe(first.messageId);
});

test('With deduplication by group, the same body in another group is another message', () => {
  const queue = openQueue({ fifo: { deduplicationScope: 'messageGroup' } });
  queue.send(message('a', 'g'), undelayed);
  queue.send(message('a', 'g'), undelayed);
  queue.send(message('a', 'h'), undelayed);

  const received = queue.receive(all);

  expect(received.map(({ group }) => group)).toEqual(['g', 'h']);
});

test('A message older than the retention period is deleted', () => {
  const queue = openQueue({});
  queue.send(message('old'), undelayed);
  clockMs += 1_800_000;
  queue.send(message('new'), undelayed);
  clockMs += 1_800_001;

  const received = queue.receive(all);

  expect(received.map(({ body }) => body)).toEqual(['new']);
});

test('Bodies that exceed the limit together are not received together', () => {
  const queue = openQueue({ fifo: {} });
  for (const body of ['a'.repeat(60), 'b'.repeat(60), 'c']) queue.send(message(body, 'g'), undelayed);

  const received = queue.receive({ ...all, maxBytes: 100 });

  expect(received.map(({ body }) => body[0])).toEqual(['a']);
});

test('The group with the oldest message is received first', () => {
  const queue = openQueue({ fifo: {} });
  for (const [body, group] of [
    ['1', 'z'],
    ['2', 'a'],
    ['3', 'z'],
  ] as const)
    queue.send(message(body, group), undelayed);

  const first = queue.receive({ ...all, groups: 'one' });
  const second = queue.receive({ ...all, groups: 'one' });

  expect([first, second].map((batch) => batch.map(({ body }) => body))).toEqual([['1', '3'], ['2']]);
});
