import { randomUUID } from 'node:crypto';
import { GetCommand, paginateQuery, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type RunReport, runReportSchema } from '../../contract/documents/run-report.ts';
import type { RunId } from '../../contract/ids.ts';
import type { Run } from '../../contract/workflow.ts';
import { type FlowName, partnerKey, type RunMode, runKey, runKeyPrefix } from '../keys.ts';
import type { Table } from '../table.ts';
import { putItem, writeItem } from '../write-item.ts';

/**
 * Run records expire after 90 days, like their documents in the runs bucket; a plan is stale after a day.
 */
const keepDays = { run: 90, plan: 1 } as const;

/** How many of a flow's newest runs are searched for the run of an execution. */
const runsSearched = 20;

/** The progress of a run, recorded at most once a second. */
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
  /** Undefined while the run is active. */
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
    // Work of a killed function is repeated and counted twice.
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

/**
 * Records the start of a run. A repeated StartRun replaces the record, which has the same id.
 */
export async function recordRunStarted(table: Table, run: Run): Promise<void> {
  await putItem(table, {
    ...runKey(run),
    run: run.runId,
    owner: run.owner,
    startedAt: run.startedAt,
    expiresAt: Math.floor(Date.parse(run.startedAt) / 1000) + keepDays[run.mode] * 24 * 3600,
  });
}

/** Records the progress of the run, in place of the progress before. */
export async function recordProgress(table: Table, run: Run, progress: Progress): Promise<void> {
  const set = { progress: { ...progress, additions: {} } };
  await writeItem(table, runKey(run), { set, remove: [] });
}

/** What one of several functions has moved since its last addition. */
export interface ProgressAddition extends Pick<Progress, 'files' | 'bytes'> {
  /** Unique to the writer; letters and digits. */
  readonly writer: string;
  /** The writer numbers its additions, from 1. A number that was added is not added again. */
  readonly number: number;
}

/** Adds to the progress of the run. `no-progress`: the run has none, and nothing was written. */
export async function addProgress(
  table: Table,
  run: Run,
  { writer, number, files, bytes }: ProgressAddition,
): Promise<'added' | 'no-progress'> {
  const { kind } = await writeItem(table, runKey(run), {
    condition: { kind: 'present', path: 'progress.additions' },
    set: {},
    remove: [],
    add: { 'progress.files': files, 'progress.bytes': bytes },
    proof: { kind: 'sequence', at: additionPath(writer), number },
  });
  return kind === 'written' ? 'added' : 'no-progress';
}

/** Removes the number of a writer's last addition: the writer adds no more. */
export async function endAdditions(table: Table, run: Run, writer: string): Promise<void> {
  await writeItem(table, runKey(run), {
    condition: { kind: 'present', path: additionPath(writer) },
    set: {},
    remove: [additionPath(writer)],
    proof: { kind: 'unreported' },
  });
}

function additionPath(writer: string): string {
  return `progress.additions.${writer}`;
}

/** Records the report, which ends the run. */
export async function recordRunFinished(table: Table, run: Run, report: RunReport): Promise<void> {
  await writeItem(table, runKey(run), { set: { report }, remove: [] });
}

/**
 * Records the end of a run that was stopped before it could record its own. `ended`: the run has recorded its
 * report meanwhile, which stays.
 */
export async function recordRunStopped(table: Table, report: RunReport): Promise<'recorded' | 'ended'> {
  const { kind } = await writeItem(table, runKey({ ...report, runId: report.run }), {
    condition: {
      kind: 'all',
      of: [
        { kind: 'present', path: 'pk' },
        { kind: 'absent', path: 'report' },
      ],
    },
    set: { report },
    remove: [],
    proof: { kind: 'stamp', at: 'stopRecord', id: randomUUID() },
  });
  return kind === 'written' ? 'recorded' : 'ended';
}

/** The run of an execution; undefined until StartRun has recorded it. */
export async function findRunByOwner(
  table: Table,
  flowName: FlowName,
  wanted: { readonly owner: string; readonly mode: RunMode },
): Promise<RunRecord | undefined> {
  const runs = await newest(table, flowName, { mode: wanted.mode, limit: runsSearched });
  return runs.find(({ owner }) => owner === wanted.owner);
}

/** The run or plan with this id; undefined if the flow has none. A consistent read. */
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

/** The newest runs, newest first, without plans. A consistent read. */
export function latestRuns(table: Table, flowName: FlowName, limit: number): Promise<RunRecord[]> {
  return newest(table, flowName, { mode: 'run', limit });
}

/** The same with an eventually consistent read, at half the price. */
export function latestRunsEventually(table: Table, flowName: FlowName, limit: number): Promise<RunRecord[]> {
  return newest(table, flowName, { mode: 'run', limit, reading: 'eventual' });
}

/**
 * All runs of a flow that started at that time or later, newest first; read page by page as they are
 * consumed.
 * @param since undefined: all that are kept.
 */
export async function* listRuns(
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
      // Run ids begin with a digit, which sorts before Z.
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
