import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalStack } from '../../../../local/local-stack.ts';
import { startQueueStack } from '../queue-stack.ts';
import { listSucceeded, readJournalUntil } from '../read-journal.ts';
import { createQueueClient, type QueueClient } from './queue-client.ts';

let folder = '';
let stack: LocalStack;
let queues: QueueClient;

/** One stack is killed while it works, and another one starts with its data. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-queue-kill-'));
  const program = fileURLToPath(new URL('./run-queues.ts', import.meta.url));
  const running = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (running.stdout === null) throw new Error('The process has no output');
  const [line] = await once(createInterface(running.stdout), 'line');
  expect(JSON.parse(line)).toEqual({ inFlight: '1' });
  await readJournalUntil(folder, (lines) => lines.some(({ began }) => began?.includes('a')));
  running.kill('SIGKILL');
  await once(running, 'close');
  stack = await startQueueStack(folder);
  queues = createQueueClient(stack);
});

afterAll(async () => {
  queues.client.destroy();
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
});

test('Acknowledged messages survive a kill in order, and those in flight are visible at once', async () => {
  const messages = await queues.receive('Line', { WaitTimeSeconds: 0 });

  expect(messages.map(({ Body }) => Body)).toEqual(['1', '2', '3', 'once']);
  expect(messages[0]?.Attributes?.ApproximateReceiveCount).toBe('2');
});

test('Deduplication survives a kill', async () => {
  await queues.purge('Line');

  await queues.send('Line', 'once', { MessageGroupId: 'h', MessageDeduplicationId: 'same' });

  expect(await queues.counts('Line')).toEqual([0, 0, 0]);
});

test('The messages of a running function are delivered after a kill, in order', async () => {
  const lines = await readJournalUntil(folder, (all) => listSucceeded(all).includes('b'));

  expect(listSucceeded(lines)).toEqual(['a', 'b']);
});
