import { openPool } from '../../connections/open-pool.ts';
import type { PartnerEvents } from '../../connections/partner-events.ts';
import { planSummarySchema } from '../../contract/documents/plan-documents.ts';
import { documentNames, runFolder } from '../../contract/documents/run-folder.ts';
import type { PartnerFile } from '../../contract/partner-file/partner-file.ts';
import type { Batch, Cursor, Run } from '../../contract/workflow.ts';
import { sessionsForLimit } from '../../core/plan/choose-route.ts';
import { batchBudgetBytes } from '../../core/plan/part-size.ts';
import { leaseOf, renewLease } from '../../ledger/runs/lease.ts';
import type { Table } from '../../ledger/table.ts';
import type { Partners } from '../../partners/partners.ts';
import { findPullFlow } from '../../partners/read-partner.ts';
import { type Deadline, hasTimeFor } from '../../runtime/deadline.ts';
import type { StepLog } from '../../runtime/log.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { getJson } from '../../s3/documents/documents.ts';
import { MemoryBudget } from '../../s3/upload/memory-budget.ts';
import { forEachConcurrent } from '../for-each-concurrent.ts';
import { SharedProgress } from '../progress.ts';
import { TimedPool } from '../timed-pool.ts';
import { expectationMatchers } from '../transfer-file/record-arrivals.ts';
import { ShiftEvidence } from '../transfer-file/shift-evidence.ts';
import { updateRate } from '../update-rate.ts';
import { batchLines } from './batch-lines.ts';
import { BatchWorker } from './batch-worker.ts';
import { readUnfinishedFiles, writeUnfinishedFiles } from './unfinished-files.ts';

export interface TransferBatchDependencies extends Partners {
  readonly table: Table;
  readonly runs: Bucket;
  readonly inbox: Bucket;
  readonly now: () => Date;
  readonly deadline: Deadline;
  readonly log: StepLog;
  readonly partnerEvents: PartnerEvents;
}

interface TransferBatchInput {
  readonly run: Run;
  readonly batch: Batch;
  /** `next`: how many bytes of the batch's lines have been begun. */
  readonly cursor: Cursor;
}

/** While one file is uploaded and recorded, its session downloads another. */
const filesPerSession = 2;

/** No file is begun when less is left of the invocation; the next invocation takes the others. */
const minBeginMs = 60_000;

/**
 * Transfers the files of a batch from the cursor on, over several sessions at the same time, until all are
 * done or the deadline is near. A file fails as an outcome. A partner fails as an exception: the step is
 * retried and finds what was recorded by then. While other flows use all connections of the partner, it
 * returns the same cursor in another round.
 * @throws FtpsError, PartnerError, StorageError, LeaseLostError, FencedError
 */
export async function transferBatch(
  input: TransferBatchInput,
  dependencies: TransferBatchDependencies,
): Promise<Cursor> {
  const { run, batch, cursor } = input;
  const { table, now, deadline, log } = dependencies;
  const nextRound = cursor.round + 1;
  await renewLease(table, leaseOf(run), now());
  if (batch.files === 0) return { done: true, next: cursor.next, round: nextRound };
  const partner = await dependencies.readPartner(run.partner);
  const flow = findPullFlow(partner, run.flow);
  const share = await connectionShare(input, partner, dependencies.runs);
  await using pool = openPool(partner, { ...dependencies, maxSessions: share.sessions });
  const timedPool = new TimedPool(pool);
  const progress = new SharedProgress(table, run, share.workers);
  const measured = { files: 0, bytes: 0 };
  await using worker = new BatchWorker(
    {
      ...dependencies,
      scope: { run, remote: flow.remote, expectations: expectationMatchers(flow) },
      at: { batch, round: cursor.round },
      transfer: {
        ...dependencies,
        pool: timedPool,
        budget: new MemoryBudget(batchBudgetBytes),
        shifts: new ShiftEvidence(),
        signal: deadline.signal,
        onBytes: (bytes) => {
          measured.bytes += bytes;
          progress.add({ bytes });
        },
      },
      onTried: (ended) => {
        measured.files += 1;
        progress.add({ files: ended });
      },
    },
    cursor.next,
  );

  const isDone = await transferFiles(worker, input, { ...dependencies, sessions: pool.maxSessions });
  await progress.end();
  log.summarize({ tried: measured.files, bytes: measured.bytes, sessions: pool.maxSessions });
  if (measured.files > 0) {
    const timed = { ...measured, seconds: timedPool.busySeconds };
    await updateRate(table, { partner: run.partner, measured: timed }, log);
  }
  return { done: isDone, next: worker.next, round: nextRound };
}

interface ConnectionShare {
  readonly workers: 'one' | 'many';
  /** Of this worker. */
  readonly sessions: number;
}

/** The only worker of a plan may use all connections of the partner. */
async function connectionShare(
  { run, batch }: TransferBatchInput,
  { connection }: PartnerFile,
  runs: Bucket,
): Promise<ConnectionShare> {
  const plan = await getJson(runs, `${runFolder(run)}${documentNames.planSummary}`, planSummarySchema);
  const isAlone = plan !== undefined && plan.transfers - plan.bigFiles === batch.files;
  if (isAlone) return { workers: 'one', sessions: connection.maxConnections };
  return { workers: 'many', sessions: sessionsForLimit(connection.maxConnections) };
}

/**
 * Lets the worker transfer the files of this invocation, and saves the results.
 * @returns whether no file of the batch is left for another invocation.
 */
async function transferFiles(
  worker: BatchWorker,
  { run, batch, cursor }: TransferBatchInput,
  {
    runs,
    deadline,
    log,
    sessions,
  }: Pick<TransferBatchDependencies, 'runs' | 'deadline' | 'log'> & { readonly sessions: number },
): Promise<boolean> {
  const folder = runFolder(run);
  const before = await readUnfinishedFiles(runs, folder, { batch, round: cursor.round });
  const done = await forEachConcurrent({
    source: batchLines({ runs, folder, batch }, before, cursor.next),
    atOnce: sessions * filesPerSession,
    mayBegin: () => !worker.isPartnerBusy && hasTimeFor(deadline, minBeginMs),
    work: (line) => worker.transfer(line),
  }).catch(async (error: unknown) => {
    // If no retry follows, these outcomes are all that the report can say about this invocation.
    await worker.commit().catch(() => undefined);
    throw error;
  });
  if (before.length > 0) await worker.commitSlowFiles();
  await worker.commit();
  const unfinished = [...worker.unfinished, ...before.slice(done.begun)];
  const round = cursor.round + 1;
  if (unfinished.length > 0)
    await writeUnfinishedFiles(runs, folder, { at: { batch, round }, files: unfinished });
  log.summarize({
    batch: batch.index,
    round: cursor.round,
    failed: worker.failedCount,
    unfinished: unfinished.length,
  });
  return done.exhausted && unfinished.length === 0;
}
