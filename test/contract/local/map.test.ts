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
import type { LocalStack } from '../../../cli/local/local-stack.ts';
import { largestPayload } from '../../support/stage/state-payloads.ts';
import { until } from '../../support/stage/until.ts';
import { clientsOf, endOf, runFixture, startShare } from './fixture-clients.ts';
import { startFixture } from './fixture-stack.ts';

let folder = '';
let stack: LocalStack;
let clients: ReturnType<typeof clientsOf>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-map-'));
  stack = await startFixture(folder);
  clients = clientsOf(stack.endpoint);
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

/** The Map run of an execution, by its history. */
async function mapRunOf(executionArn: string): Promise<string | undefined> {
  const { events = [] } = await clients.states.send(new GetExecutionHistoryCommand({ executionArn }));
  return events.find(({ type }) => type === 'MapRunStarted')?.mapRunStartedEventDetails?.mapRunArn;
}

async function childrenOf(mapRunArn: string | undefined): Promise<readonly string[]> {
  const { executions = [] } = await clients.states.send(new ListExecutionsCommand({ mapRunArn }));
  return executions.map(({ executionArn = '' }) => executionArn);
}

/** Waits until children of the execution's Map are under way, and gives the Map run. */
function withChildren(executionArn: string, count: number): Promise<string> {
  return until(`${count} children run`, async () => {
    const mapRunArn = await mapRunOf(executionArn);
    return mapRunArn !== undefined && (await childrenOf(mapRunArn)).length === count ? mapRunArn : undefined;
  });
}

/** Runs the items to the state at which a run of the fixture fails, and on from there. */
async function redrivenShare(items: readonly object[]) {
  const executionArn = await startShare(stack, items);
  await endOf(stack, executionArn);
  await clients.states.send(new RedriveExecutionCommand({ executionArn }));
  return endOf(stack, executionArn);
}

test('A redriven run goes on at the state that failed, and the Map before it is not run again', async () => {
  const executionArn = await startShare(stack, [{ do: 'answer' }]);
  const failed = await endOf(stack, executionArn);

  const { redriveDate } = await clients.states.send(new RedriveExecutionCommand({ executionArn }));

  const redriven = await endOf(stack, executionArn);
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
  expect(await childrenOf(await mapRunOf(executionArn))).toHaveLength(1);
});

test('The results of a Map lie in the bucket, by how the children ended', async () => {
  const { output = '' } = await redrivenShare([
    { do: 'answer' },
    { do: 'throw', name: 'PermanentFault' },
    { do: 'answer' },
  ]);

  const { Key } = outputSchema.parse(JSON.parse(output)).share.ResultWriterDetails;
  const { ResultFiles } = manifestSchema.parse(await readJson(Key));
  const recordsOf = async (end: string) =>
    recordsSchema.parse(await readJson(ResultFiles[end]?.[0]?.Key ?? ''));
  const [failed, succeeded] = [await recordsOf('FAILED'), await recordsOf('SUCCEEDED')];
  expect(failed.map(({ Input, Status }) => [JSON.parse(Input), Status])).toEqual([
    [{ do: 'throw', name: 'PermanentFault' }, 'FAILED'],
  ]);
  expect(succeeded.map(({ Status }) => Status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
});

test('The children of a Map are executions that can be looked at', async () => {
  const { executionArn = '' } = await redrivenShare([{ do: 'answer' }]);

  const mapRunArn = await mapRunOf(executionArn);
  const [child = ''] = await childrenOf(mapRunArn);

  const described = await clients.states.send(new DescribeExecutionCommand({ executionArn: child }));
  expect(described).toMatchObject({ status: 'SUCCEEDED', mapRunArn, input: '{"do":"answer"}' });
});

test('A child whose function is killed is tried again', async () => {
  const executionArn = await startShare(stack, [{ do: 'answer', afterMs: 1_000 }]);
  await until('a function is killed', () => stack.killFunction('step') || undefined);
  await endOf(stack, executionArn);

  const [child = ''] = await childrenOf(await mapRunOf(executionArn));

  const { events = [] } = await clients.states.send(new GetExecutionHistoryCommand({ executionArn: child }));
  const faults = events.flatMap(({ lambdaFunctionFailedEventDetails: details }) => details ?? []);
  expect(faults.map(({ error }) => error)).toEqual(['Runtime.ExitError']);
  expect(faults[0]?.cause).toContain('signal: SIGKILL');
  expect(events.at(-1)?.type).toBe('ExecutionSucceeded');
});

test('No function at work is none to kill', () => {
  expect(stack.killFunction('step')).toBe(false);
});

const notRedrivable: readonly {
  readonly title: string;
  readonly arnOf: () => Promise<string>;
  readonly says: RegExp;
}[] = [
  {
    title: 'that has ended well',
    arnOf: async () => (await runFixture(stack, { do: 'answer' })).executionArn ?? '',
    says: /SUCCEEDED and cannot be redriven/,
  },
  {
    title: 'that runs',
    arnOf: () => startShare(stack, [{ do: 'hang' }]),
    says: /RUNNING and cannot be redriven/,
  },
  {
    title: 'of an item of a Map',
    arnOf: async () => {
      const executionArn = await startShare(stack, [{ do: 'throw', name: 'PermanentFault' }]);
      await endOf(stack, executionArn);
      return (await childrenOf(await mapRunOf(executionArn)))[0] ?? '';
    },
    says: /REDRIVABLE_BY_MAP_RUN/,
  },
];

test.each(notRedrivable)('An execution $title is not redriven', async ({ arnOf, says }) => {
  const executionArn = await arnOf();

  const redrive = clients.states.send(new RedriveExecutionCommand({ executionArn }));

  await expect(redrive).rejects.toMatchObject({
    name: 'ExecutionNotRedrivable',
    message: expect.stringMatching(says),
  });
});

test('A run that is stopped stops its children', async () => {
  const executionArn = await startShare(stack, [{ do: 'hang' }, { do: 'hang' }, { do: 'hang' }]);
  const mapRunArn = await withChildren(executionArn, 2);

  await clients.states.send(new StopExecutionCommand({ executionArn }));

  const { executions = [] } = await clients.states.send(new ListExecutionsCommand({ mapRunArn }));
  expect(executions.map(({ status }) => status)).toEqual(['ABORTED', 'ABORTED']);
});

test('The largest thing that went through any state is told, that of a child too', async () => {
  await redrivenShare([{ do: 'answer', rows: 'x'.repeat(60_000) }]);

  const largest = await largestPayload(clients.states, stack.outputs.ShareMachineArn ?? '');

  // The function answers with its event and some context.
  expect(largest.bytes).toBeGreaterThan(60_000);
  expect(largest.bytes).toBeLessThan(62_000);
  expect(largest.execution).toContain(':execution:share/Share:');
});
