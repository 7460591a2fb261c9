import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import {
  documentNames,
  manifestLineSchema,
  planSummarySchema,
  runFolder,
  type TransferAction,
  transferActionSchema,
} from '../contract/documents.ts';
import type { Cursor, Run } from '../contract/workflow.ts';
import { recordFailure } from '../ledger/file-entries.ts';
import { renewLease } from '../ledger/lease.ts';
import type { Table } from '../ledger/table.ts';
import type { Partners } from '../partners/partners.ts';
import { pullFlowOf } from '../partners/read-partner.ts';
import type { Deadline } from '../runtime/deadline.ts';
import type { Bucket } from '../s3/bucket.ts';
import { getJson, putJson, readJsonLines } from '../s3/documents.ts';
import { MemoryBudget } from '../s3/memory-budget.ts';
import { fingerprintOf } from '../sync/fingerprint.ts';
import type { FailedOutcome, Outcome } from '../sync/outcome.ts';
import { pathBelow } from '../sync/remote-path.ts';
import { fileRetryDelayMs, triesPerFile } from '../sync/retry.ts';
import { type FileProblem, fileProblemOf } from './file-problem.ts';
import { forEachAtOnce } from './for-each-at-once.ts';
import { partnerPool } from './partner-pool.ts';
import { ProgressReporter } from './progress.ts';
import { StepLines } from './step-lines.ts';
import { type TransferOwner, type TransferSystems, transferFile } from './transfer-file.ts';

export interface TransferBatchSystems extends Partners {
  readonly table: Table;
  readonly runs: Bucket;
  readonly inbox: Bucket;
  readonly now: () => Date;
  readonly deadline: Deadline;
}

/** Part buffers of all transfers of the worker together: what it holds of files, however many and however large they are. */
const partBudgetBytes = 64 * 1024 * 1024;

/** While one file is put into the bucket and recorded, its session fetches another. */
const filesPerSession = 2;

/** No file is begun when less is left of the invocation; what is left over is the next invocation's. */
const beginUntilMs = 60_000;

/**
 * Transfers the files of the manifest from the cursor on, as many sessions at once as the partner allows, until all are done or the
 * deadline nears. A file that fails is an outcome; a partner that fails is an exception, and the step is tried again:
 * what was recorded by then is found complete.
 * @throws FtpsError, PartnerError, StorageError, LeaseLostError, FencedError
 */
export async function transferBatch(
  { run, cursor }: { readonly run: Run; readonly cursor: Cursor },
  systems: TransferBatchSystems,
): Promise<Cursor> {
  const { table, runs, deadline, now } = systems;
  await renewLease(table, { flowName: run, owner: run.owner, now: now() });
  const partner = await systems.readPartner(run.partner);
  const owner = { run, remote: pullFlowOf(partner, run.flow).remote };
  const folder = runFolder(run);
  const planned = await getJson(runs, `${folder}${documentNames.planSummary}`, planSummarySchema);
  const progress = new ProgressReporter(table, run, {
    step: 'transfer-batch',
    files: cursor.next,
    filesTotal: planned?.transfers,
    bytes: 0,
    bytesTotal: planned?.bytes,
  });
  await using pool = await partnerPool(partner, { ...systems, signal: deadline.signal });
  await using outcomes = new StepLines<Outcome>(runs, `${folder}${documentNames.outcomes}`, cursor);
  const transferSystems: TransferSystems = {
    ...systems,
    pool,
    budget: new MemoryBudget(partBudgetBytes),
    signal: deadline.signal,
    onBytes: (bytes) => progress.add({ bytes }),
  };

  const carried = await carriedOver(runs, folder, cursor);
  const left: Carried[] = [];
  const { begun, exhausted } = await forEachAtOnce({
    source: concat(carried, actionsFrom(runs, folder, cursor.next)),
    atOnce: pool.maxSessions * filesPerSession,
    mayBegin: () => deadline.remainingMs() > beginUntilMs,
    work: async ({ action, rounds }) => {
      const end = await endOf(action, owner, transferSystems);
      if (end === 'out-of-time' && rounds < roundsPerFile)
        return void left.push({ action, rounds: rounds + 1 });
      await outcomes.add(
        end === 'out-of-time' ? await failed(action, outOfTime, owner, transferSystems) : end,
      );
      progress.add({ files: 1 });
    },
  });
  left.push(...carried.slice(begun));
  await outcomes.commit();
  await progress.end();
  const after = { next: cursor.next + Math.max(0, begun - carried.length), round: cursor.round + 1 };
  if (left.length > 0) await putJson(runs, carriedKey(folder, after), left);
  return { done: exhausted && left.length === 0, ...after };
}

/** A file that the end of an invocation cut off, with how many have tried it: it is the first thing the next one does. */
interface Carried {
  readonly action: TransferAction;
  readonly rounds: number;
}

/** Invocations that one file may have: it waits for a session in the first, and has all of a later one to itself. */
const roundsPerFile = 3;

const outOfTime: FileProblem = {
  fault: 'out-of-time',
  message: `It did not arrive within ${roundsPerFile} invocations of the function.`,
  again: false,
};

const carriedSchema = z.array(z.object({ action: transferActionSchema, rounds: z.number() }));

async function carriedOver(runs: Bucket, folder: string, cursor: Cursor): Promise<readonly Carried[]> {
  return (await getJson(runs, carriedKey(folder, cursor), carriedSchema)) ?? [];
}

/** Written by one invocation for the next. */
function carriedKey(folder: string, { round }: Pick<Cursor, 'round'>): string {
  return `${folder}${documentNames.carried}${round}.json`;
}

async function* concat(
  carried: readonly Carried[],
  actions: AsyncIterable<TransferAction>,
): AsyncGenerator<Carried> {
  yield* carried;
  for await (const action of actions) yield { action, rounds: 1 };
}

/**
 * Tries one file a few times; what stays wrong with it becomes its outcome, what is wrong with everything is thrown.
 * `out-of-time`: the invocation ended before the file did.
 */
async function endOf(
  action: TransferAction,
  owner: TransferOwner,
  systems: TransferSystems,
): Promise<Outcome | 'out-of-time'> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transferFile(action, owner, systems);
    } catch (error) {
      if (systems.signal.aborted) return 'out-of-time';
      const problem = fileProblemOf(error);
      if (problem === undefined) throw error;
      if (!problem.again || attempt >= triesPerFile) return failed(action, problem, owner, systems);
      await sleep(fileRetryDelayMs(attempt));
    }
  }
}

async function failed(
  action: TransferAction,
  { fault, message }: FileProblem,
  { run, remote }: TransferOwner,
  systems: TransferSystems,
): Promise<FailedOutcome> {
  const { path, sizeBytes } = action.file;
  await recordFailure(
    systems.table,
    { flowName: run, relativePath: pathBelow(remote, path) ?? '', fence: run.fence },
    {
      fingerprint: fingerprintOf(action.file),
      fault,
      message,
      attempts: action.attemptsBefore + 1,
      failedAt: systems.now(),
    },
  );
  return { kind: 'failed', path, key: action.key, sizeBytes, fault, message };
}

async function* actionsFrom(runs: Bucket, folder: string, start: number): AsyncGenerator<TransferAction> {
  let index = 0;
  for await (const line of readJsonLines(runs, `${folder}${documentNames.manifest}`, manifestLineSchema)) {
    if (line.kind !== 'transfer') continue;
    if (index >= start) yield line;
    index += 1;
  }
}
