import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, paginateQuery, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { RunId } from '../contract/ids.ts';
import { type RunReport, runReportSchema } from '../contract/run-report.ts';
import type { Run } from '../contract/workflow.ts';
import { type FlowName, partnerKey, type RunMode, runKey, runKeyPrefix } from './keys.ts';
import type { Table } from './table.ts';

/** Run records leave the table after three months, as their documents leave the runs bucket; a plan is stale after a day. */
const keepDays = { run: 90, plan: 1 } as const;

/** How many of a flow's newest runs are looked through for the one of an execution. */
const runsSearched = 20;

/** How far a run has come, as often as once a second. */
export interface Progress {
  readonly step: string;
  readonly files: number;
  readonly filesTotal: number | undefined;
  readonly bytes: number;
  readonly bytesTotal: number | undefined;
}

export interface RunRecord {
  readonly run: RunId;
  readonly owner: string;
  readonly startedAt: string;
  readonly progress: Progress | undefined;
  /** Undefined while it runs. */
  readonly report: RunReport | undefined;
}

const progressSchema = z
  .object({
    step: z.string(),
    files: z.number(),
    filesTotal: z.number().optional(),
    bytes: z.number(),
    bytesTotal: z.number().optional(),
  })
  .transform((read): Progress => {
    const { step, filesTotal, bytesTotal } = read;
    // What a worker that was killed had done is done and counted once more.
    const files = Math.min(read.files, filesTotal ?? read.files);
    const bytes = Math.min(read.bytes, bytesTotal ?? read.bytes);
    return { step, files, filesTotal, bytes, bytesTotal };
  });

const runItemSchema = z
  .object({
    run: z.string().transform((run) => run as RunId),
    owner: z.string(),
    startedAt: z.string(),
    progress: progressSchema.optional(),
    report: runReportSchema.optional(),
  })
  .transform((read): RunRecord => ({ ...read, progress: read.progress, report: read.report }));

/** Records the run, in place of one of the same id, as a repeated StartRun writes it. The table lets it expire. */
export async function recordRunStarted(table: Table, run: Run): Promise<void> {
  await table.client.send(
    new PutCommand({
      TableName: table.name,
      Item: {
        ...runKey(run),
        run: run.runId,
        owner: run.owner,
        startedAt: run.startedAt,
        expiresAt: Math.floor(Date.parse(run.startedAt) / 1000) + keepDays[run.mode] * 24 * 3600,
      },
    }),
  );
}

/** Records how far the run has come, in place of what was told before. */
export async function recordProgress(table: Table, run: Run, progress: Progress): Promise<void> {
  await set(table, run, { name: 'progress', value: progress });
}

/** Adds to the progress what one of several workers has moved; nothing where the run has none. */
export async function addProgress(
  table: Table,
  run: Run,
  moved: Pick<Progress, 'files' | 'bytes'>,
): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: runKey(run),
      // ADD would not reach into a map.
      UpdateExpression:
        'SET #progress.#files = #progress.#files + :files, #progress.#bytes = #progress.#bytes + :bytes',
      ConditionExpression: 'attribute_exists(#progress)',
      ExpressionAttributeNames: { '#progress': 'progress', '#files': 'files', '#bytes': 'bytes' },
      ExpressionAttributeValues: { ':files': moved.files, ':bytes': moved.bytes },
    }),
  );
}

/** Records the report, with which the run has ended. */
export async function recordRunFinished(table: Table, run: Run, report: RunReport): Promise<void> {
  await set(table, run, { name: 'report', value: report });
}

/**
 * Records the end of a run that could not do it itself. `ended`: it has, meanwhile, and what it wrote stays.
 */
export async function recordRunStopped(table: Table, report: RunReport): Promise<'recorded' | 'ended'> {
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: runKey({ ...report, runId: report.run }),
        UpdateExpression: 'SET #report = :report',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#report)',
        ExpressionAttributeNames: { '#report': 'report' },
        ExpressionAttributeValues: { ':report': report },
      }),
    );
    return 'recorded';
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return 'ended';
    throw cause;
  }
}

/** The run that an execution has started; undefined until StartRun has recorded it. */
export async function findRunByOwner(
  table: Table,
  flowName: FlowName,
  wanted: { readonly owner: string; readonly mode: RunMode },
): Promise<RunRecord | undefined> {
  const runs = await newest(table, flowName, { mode: wanted.mode, limit: runsSearched });
  return runs.find(({ owner }) => owner === wanted.owner);
}

/** The run or plan of that id; undefined where the flow has none. */
export async function readRun(
  table: Table,
  run: FlowName & { readonly runId: RunId; readonly mode: RunMode },
): Promise<RunRecord | undefined> {
  const Key = runKey(run);
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : runItemSchema.parse(Item);
}

/** The newest runs first; plans are not among them. */
export function latestRuns(table: Table, flowName: FlowName, limit: number): Promise<RunRecord[]> {
  return newest(table, flowName, { mode: 'run', limit });
}

/** The same at half the price, as the table had them a moment ago. */
export function lookAtLatestRuns(table: Table, flowName: FlowName, limit: number): Promise<RunRecord[]> {
  return newest(table, flowName, { mode: 'run', limit, reading: 'eventual' });
}

/** All runs of a flow from that time on, the newest first, page by page. @param since undefined: as far back as they are kept */
export async function* runsOf(
  table: Table,
  { partner, flow }: FlowName,
  since: Date | undefined,
): AsyncGenerator<RunRecord> {
  const start = runKeyPrefix(flow, 'run');
  const first = since === undefined ? '' : since.toISOString().replace(/[-:]|\.\d+/g, '');
  const pages = paginateQuery(
    { client: table.client, pageSize: runsSearched },
    {
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      // A run id begins with a digit, and all of them stand before this letter.
      ExpressionAttributeValues: {
        ':pk': partnerKey(partner),
        ':first': `${start}${first}`,
        ':last': `${start}Z`,
      },
      ScanIndexForward: false,
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) for (const item of Items) yield runItemSchema.parse(item);
}

async function newest(
  table: Table,
  { partner, flow }: FlowName,
  wanted: { readonly mode: RunMode; readonly limit: number; readonly reading?: 'eventual' },
): Promise<RunRecord[]> {
  const { mode, limit, reading } = wanted;
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :runs)',
      ExpressionAttributeValues: { ':pk': partnerKey(partner), ':runs': runKeyPrefix(flow, mode) },
      ScanIndexForward: false,
      Limit: limit,
      ConsistentRead: reading !== 'eventual',
    }),
  );
  return Items.map((item) => runItemSchema.parse(item));
}

async function set(table: Table, run: Run, attribute: { name: string; value: unknown }): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: runKey(run),
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': attribute.name },
      ExpressionAttributeValues: { ':value': attribute.value },
    }),
  );
}
