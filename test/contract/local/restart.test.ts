import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataFolderBusyError } from '../../../local/lock.ts';
import { callStep, createClients } from './fixture-clients.ts';
import { startFixture } from './fixture-stack.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-restart-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const key = { pk: { S: 'F#acme' }, sk: { S: 'a name' } };

async function writeBoth(endpoint: string, outputs: Readonly<Record<string, string>>): Promise<void> {
  const { tables, objects } = createClients(endpoint);
  await tables.send(
    new PutItemCommand({ TableName: outputs.TableName, Item: { ...key, fence: { N: '7' } } }),
  );
  await objects.send(
    new PutObjectCommand({ Bucket: outputs.InboxBucketName, Key: 'a/b.csv', Body: 'content' }),
  );
}

async function readBoth(endpoint: string, outputs: Readonly<Record<string, string>>) {
  const { tables, objects } = createClients(endpoint);
  const { Item: row } = await tables.send(new GetItemCommand({ TableName: outputs.TableName, Key: key }));
  const object = await objects.send(
    new GetObjectCommand({ Bucket: outputs.InboxBucketName, Key: 'a/b.csv' }),
  );
  return { fence: row?.fence?.N, content: await object.Body?.transformToString() };
}

test('Tables and objects survive a restart', async () => {
  const first = await startFixture(folder);
  await writeBoth(first.endpoint, first.outputs);
  await first.close();

  const second = await startFixture(folder);

  const found = await readBoth(second.endpoint, second.outputs);
  await second.close();
  expect(found).toEqual({ fence: '7', content: 'content' });
});

test('A closed stack has closed its port and killed its functions', async () => {
  const stack = await startFixture(folder);
  const { pid } = await callStep(stack, { do: 'answer' });

  await stack.close();

  await expect(fetch(stack.endpoint)).rejects.toThrow();
  expect(isRunning(pid)).toBe(false);
});

test('A stack closes while an execution and its function run', async () => {
  const stack = await startFixture(folder);
  const execution = stack.start({ targetArn: stack.outputs.PullMachineArn ?? '', input: '{"do":"hang"}' });

  await stack.close();

  expect(execution?.state().status).toBe('ABORTED');
});

test('A folder in use is refused, and the stack that uses it continues', async () => {
  const stack = await startFixture(folder);

  await expect(startFixture(folder)).rejects.toThrow(DataFolderBusyError);

  const answer = await callStep(stack, { do: 'answer' });
  await stack.close();
  expect(answer.event).toEqual({ do: 'answer' });
});

test('A closed stack has released its folder', async () => {
  const stack = await startFixture(folder);
  await stack.close();
  rmSync(join(folder, 'state', 'objects'), { recursive: true });

  const again = await startFixture(folder);

  await again.close();
  expect(existsSync(join(folder, 'state', 'lock.json'))).toBe(false);
});

test('A killed stack leaves no process behind and loses no acknowledged data', async () => {
  const running = spawn(
    process.execPath,
    [fileURLToPath(new URL('./run-stack.ts', import.meta.url)), folder],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const { endpoint, outputs, pids } = await firstLine(running);
  await writeBoth(endpoint, outputs);

  running.kill('SIGKILL');
  await once(running, 'close');

  await waitForExit(pids);
  const next = await startFixture(folder);
  const found = await readBoth(next.endpoint, next.outputs);
  await next.close();
  expect(found).toEqual({ fence: '7', content: 'content' });
});

async function firstLine(running: ChildProcess) {
  if (running.stdout === null) throw new Error('The process has no output');
  const [line] = await once(createInterface(running.stdout), 'line');
  return JSON.parse(line);
}

/** The timeout of the test ends it if a function keeps running. */
async function waitForExit(pids: readonly number[]): Promise<void> {
  while (pids.some(isRunning)) await sleep(20);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
