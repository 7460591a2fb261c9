import { setTimeout as sleep } from 'node:timers/promises';
import {
  documentNames,
  manifestLineSchema,
  planSummarySchema,
  runFolder,
  type TransferAction,
} from '../contract/documents.ts';
import type { Cursor, Run } from '../contract/workflow.ts';
import { recordFailure } from '../ledger/file-entries.ts';
import { renewLease } from '../ledger/lease.ts';
import type { Table } from '../ledger/table.ts';
import type { Partners } from '../partners/partners.ts';
import { pullFlowOf } from '../partners/read-partner.ts';
import type { Deadline } from '../runtime/deadline.ts';
import type { Bucket } from '../s3/bucket.ts';
import { getJson, readJsonLines } from '../s3/documents.ts';
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

  const actions = actionsFrom(runs, folder, cursor.next);
  const { begun, exhausted } = await forEachAtOnce({
    source: actions,
    atOnce: pool.maxSessions * filesPerSession,
    mayBegin: () => deadline.remainingMs() > beginUntilMs,
    work: async (action) => {
      await outcomes.add(await outcomeOf(action, owner, transferSystems));
      progress.add({ files: 1 });
    },
  });
  await outcomes.commit();
  await progress.end();
  return { done: exhausted, next: cursor.next + begun };
}

/** Tries one file a few times; what stays wrong with it becomes its outcome, what is wrong with everything is thrown. */
async function outcomeOf(
  action: TransferAction,
  owner: TransferOwner,
  systems: TransferSystems,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transferFile(action, owner, systems);
    } catch (error) {
      const problem = fileProblemOf(error, systems.signal);
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
