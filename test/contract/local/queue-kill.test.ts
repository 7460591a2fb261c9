import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalStack } from '../../../cli/local/local-stack.ts';
import { type QueueClient, queueClientOf } from './queue-client.ts';
import { startQueueStack } from './queue-stack.ts';
import { journalWhen, takenIn } from './read-journal.ts';

let folder = '';
let stack: LocalStack;
let queues: QueueClient;

/** One stack is killed amid its work, and another one begins on what it left. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-queue-kill-'));
  const program = fileURLToPath(new URL('./hold-queues.ts', import.meta.url));
  const holder = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (holder.stdout === null) throw new Error('The holder has no output');
  const [line] = await once(createInterface(holder.stdout), 'line');
  expect(JSON.parse(line)).toEqual({ inFlight: '1' });
  await journalWhen(folder, (lines) => lines.some(({ began }) => began?.includes('a')));
  holder.kill('SIGKILL');
  await once(holder, 'close');
  stack = await startQueueStack(folder);
  queues = queueClientOf(stack);
});

afterAll(async () => {
  queues.client.destroy();
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
});

test('Messages that were acknowledged survive a kill, in order, those in flight visible at once', async () => {
  const messages = await queues.receive('Line', { WaitTimeSeconds: 0 });

  expect(messages.map(({ Body }) => Body)).toEqual(['1', '2', '3', 'once']);
  expect(messages[0]?.Attributes?.ApproximateReceiveCount).toBe('2');
});

test('A repetition is known for one after a kill', async () => {
  await queues.purge('Line');

  await queues.send('Line', 'once', { MessageGroupId: 'h', MessageDeduplicationId: 'same' });

  expect(await queues.counts('Line')).toEqual([0, 0, 0]);
});

test('What a function was working on is delivered after a kill, in order', async () => {
  const lines = await journalWhen(folder, (all) => takenIn(all).includes('b'));

  expect(takenIn(lines)).toEqual(['a', 'b']);
});
