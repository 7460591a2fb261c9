import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startQueueStack } from '../queue-stack.ts';
import { listSucceeded, readJournal, readJournalUntil } from '../read-journal.ts';
import { createQueueClient } from '../sqs/queue-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'local-throttled-mapping-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function openQueues(name: string, options: Parameters<typeof startQueueStack>[1]) {
  const files = join(folder, name);
  const stack = await startQueueStack(files, options);
  const queues = createQueueClient(stack);
  return {
    files,
    queues,
    [Symbol.asyncDispose]: async () => {
      queues.client.destroy();
      await stack.close();
    },
  };
}

test('Messages whose function is throttled are kept, in order, and received once', async () => {
  let calls = 0;
  await using stack = await openQueues('kept', {
    lambdaError: () => {
      calls += 1;
      return calls <= 12 ? 'TooManyRequestsException' : undefined;
    },
  });
  const bodies = ['1', '2', '3'].map((name) => JSON.stringify({ name }));
  await stack.queues.sendOrdered('Ordered', 'g', bodies);

  const lines = await readJournalUntil(stack.files, (all) => listSucceeded(all).length === 3);

  expect(listSucceeded(lines)).toEqual(['1', '2', '3']);
  expect(lines.flatMap(({ succeeded, tries }) => (succeeded === undefined ? [] : [tries]))).toEqual([
    1, 1, 1,
  ]);
  expect(calls).toBeGreaterThan(12);
});

test('Throttled beyond its visibility timeout a message counts as received, at last as a dead letter', async () => {
  await using stack = await openQueues('dropped', {
    seconds: 1,
    lambdaError: () => 'TooManyRequestsException',
  });
  await stack.queues.send('Work', JSON.stringify({ name: 'a' }));

  const [dead] = await stack.queues.receive('WorkDead');

  expect(JSON.parse(dead?.Body ?? '{}').name).toBe('a');
  expect(readJournal(stack.files)).toEqual([]);
});
