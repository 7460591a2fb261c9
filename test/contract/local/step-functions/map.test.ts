import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { LocalStack } from '../../../../local/local-stack.ts';
import { largestPayload } from '../../../support/stage/state-payloads.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { createClients, runFixture, startMap, waitForEnd } from '../fixture-clients.ts';
import { startFixture } from '../fixture-stack.ts';

let folder = '';
let stack: LocalStack;
let clients: ReturnType<typeof createClients>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-map-'));
  stack = await startFixture(folder);
  clients = createClients(stack.endpoint);
});

afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
});

const outputSchema = z.object({
  share: z.object({
    MapRunArn: z.string(),
    ResultWriterDetails: z.object({ Bucket: z.string(), Key: z.string() }),
  }),
});
const manifestSchema = z.object({
  ResultFiles: z.record(z.string(), z.array(z.object({ Key: z.string(), Size: z.number() }))),
});
const recordsSchema = z.array(
  z.looseObject({ ExecutionArn: z.string(), Input: z.string(), Status: z.string() }),
);

async function readJson(Key: string): Promise<unknown> {
  const { Body } = await clients.objects.send(
    new GetObjectCommand({ Bucket: stack.outputs.InboxBucketName, Key }),
  );
  return JSON.parse((await Body?.transformToString()) ?? '');
}

/** The Map run in the history of an execution. */
async function findMapRun(executionArn: string): Promise<string | undefined> {
  const { events = [] } = await clients.states.send(new GetExecutionHistoryCommand({ executionArn }));
  return events.find(({ type }) => type === 'MapRunStarted')?.mapRunStartedEventDetails?.mapRunArn;
}

async function listChildren(mapRunArn: string | undefined): Promise<readonly string[]> {
  const { executions = [] } = await clients.states.send(new ListExecutionsCommand({ mapRunArn }));
  return executions.map(({ executionArn = '' }) => executionArn);
}

/** Waits until the execution's Map has started children, and returns the Map run. */
function waitForChildren(executionArn: string, count: number): Promise<string> {
  return waitUntil({
    what: `${count} children run`,
    check: async () => {
      const mapRunArn = await findMapRun(executionArn);
      return mapRunArn !== undefined && (await listChildren(mapRunArn)).length === count && mapRunArn;
    },
  });
}

/** Runs the Map, and redrives the execution after its failure in the last state. */
async function runAndRedrive(items: readonly object[]) {
  const executionArn = await startMap(stack, items);
  await waitForEnd(stack, executionArn);
  await clients.states.send(new RedriveExecutionCommand({ executionArn }));
  return waitForEnd(stack, executionArn);
}

test('A redriven execution resumes at the failed state and does not run the Map before it again', async () => {
  const executionArn = await startMap(stack, [{ do: 'answer' }]);
  const failed = await waitForEnd(stack, executionArn);

  const { redriveDate } = await clients.states.send(new RedriveExecutionCommand({ executionArn }));

  const redriven = await waitForEnd(stack, executionArn);
  expect(failed).toMatchObject({
    status: 'FAILED',
    error: 'RunFailed',
    redriveCount: 0,
    redriveStatus: 'REDRIVABLE',
  });
  expect(redriven).toMatchObject({
    status: 'SUCCEEDED',
    redriveCount: 1,
    redriveDate,
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven.',
  });
  expect(JSON.parse(redriven.output ?? '')).toMatchObject({ concluded: { redrives: 1 } });
  expect(await listChildren(await findMapRun(executionArn))).toHaveLength(1);
});

test('The results of a Map are in the bucket, by status', async () => {
  const { output = '' } = await runAndRedrive([
    { do: 'answer' },
    { do: 'throw', name: 'PermanentError' },
    { do: 'answer' },
  ]);

  const { Key } = outputSchema.parse(JSON.parse(output)).share.ResultWriterDetails;
  const { ResultFiles } = manifestSchema.parse(await readJson(Key));
  const recordsOf = async (end: string) =>
    recordsSchema.parse(await readJson(ResultFiles[end]?.[0]?.Key ?? ''));
  const [failed, succeeded] = [await recordsOf('FAILED'), await recordsOf('SUCCEEDED')];
  expect(failed.map(({ Input, Status }) => [JSON.parse(Input), Status])).toEqual([
    [{ do: 'throw', name: 'PermanentError' }, 'FAILED'],
  ]);
  expect(succeeded.map(({ Status }) => Status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
});

test('The children of a Map are executions that can be described', async () => {
  const { executionArn = '' } = await runAndRedrive([{ do: 'answer' }]);

  const mapRunArn = await findMapRun(executionArn);
  const [child = ''] = await listChildren(mapRunArn);

  const described = await clients.states.send(new DescribeExecutionCommand({ executionArn: child }));
  expect(described).toMatchObject({ status: 'SUCCEEDED', mapRunArn, input: '{"do":"answer"}' });
});

test('A child whose function is killed is retried', async () => {
  const executionArn = await startMap(stack, [{ do: 'answer', afterMs: 1_000 }]);
  await waitUntil({ what: 'a function has been killed', check: () => stack.killFunction('step') });
  await waitForEnd(stack, executionArn);

  const [child = ''] = await listChildren(await findMapRun(executionArn));

  const { events = [] } = await clients.states.send(new GetExecutionHistoryCommand({ executionArn: child }));
  const errors = events.flatMap(({ lambdaFunctionFailedEventDetails: details }) => details ?? []);
  expect(errors.map(({ error }) => error)).toEqual(['Runtime.ExitError']);
  expect(errors[0]?.cause).toContain('signal: SIGKILL');
  expect(events.at(-1)?.type).toBe('ExecutionSucceeded');
});

test('killFunction without an invocation returns false', () => {
  expect(stack.killFunction('step')).toBe(false);
});

const notRedrivable: readonly {
  readonly title: string;
  readonly arnOf: () => Promise<string>;
  readonly says: RegExp;
}[] = [
  {
    title: 'that has succeeded',
    arnOf: async () => (await runFixture(stack, { do: 'answer' })).executionArn ?? '',
    says: /SUCCEEDED and cannot be redriven/,
  },
  {
    title: 'that is running',
    arnOf: () => startMap(stack, [{ do: 'hang' }]),
    says: /RUNNING and cannot be redriven/,
  },
  {
    title: 'of a Map item',
    arnOf: async () => {
      const executionArn = await startMap(stack, [{ do: 'throw', name: 'PermanentError' }]);
      await waitForEnd(stack, executionArn);
      return (await listChildren(await findMapRun(executionArn)))[0] ?? '';
    },
    says: /REDRIVABLE_BY_MAP_RUN/,
  },
];

test.each(notRedrivable)('An execution $title cannot be redriven', async ({ arnOf, says }) => {
  const executionArn = await arnOf();

  const redrive = clients.states.send(new RedriveExecutionCommand({ executionArn }));

  await expect(redrive).rejects.toMatchObject({
    name: 'ExecutionNotRedrivable',
    message: expect.stringMatching(says),
  });
});

test('A stopped execution stops its children', async () => {
  const executionArn = await startMap(stack, [{ do: 'hang' }, { do: 'hang' }, { do: 'hang' }]);
  const mapRunArn = await waitForChildren(executionArn, 2);

  await clients.states.send(new StopExecutionCommand({ executionArn }));

  const { executions = [] } = await clients.states.send(new ListExecutionsCommand({ mapRunArn }));
  expect(executions.map(({ status }) => status)).toEqual(['ABORTED', 'ABORTED']);
});

test('The largest payload of any state is found, also in a child', async () => {
  await runAndRedrive([{ do: 'answer', rows: 'x'.repeat(60_000) }]);

  const largest = await largestPayload(clients.states, stack.outputs.MapMachineArn ?? '');

  // The function answers with its event and some context.
  expect(largest.bytes).toBeGreaterThan(60_000);
  expect(largest.bytes).toBeLessThan(62_000);
  expect(largest.execution).toContain(':execution:share/Share:');
});
