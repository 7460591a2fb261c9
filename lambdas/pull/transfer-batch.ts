import type { TellCircuitOpened } from '../connections/connection-systems.ts';
import type { OutcomeLine } from '../contract/outcome-line.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import { planSummarySchema, type TransferAction } from '../contract/plan-documents.ts';
import { documentNames, runFolder } from '../contract/run-folder.ts';
import type { Batch, Cursor, Run } from '../contract/workflow.ts';
import { renewLease } from '../ledger/lease.ts';
import { recordRate } from '../ledger/rate.ts';
import type { Table } from '../ledger/table.ts';
import type { Partners } from '../partners/partners.ts';
import { pullFlowOf } from '../partners/read-partner.ts';
import { type Deadline, mayBegin } from '../runtime/deadline.ts';
import type { StepLog } from '../runtime/log.ts';
import type { Bucket } from '../s3/bucket.ts';
import { getJson } from '../s3/documents.ts';
import { MemoryBudget } from '../s3/memory-budget.ts';
import type { Measurement } from '../sync/expected-time.ts';
import type { Outcome } from '../sync/outcome.ts';
import { leastBigBytes, sessionsOfWorker } from '../sync/route.ts';
import { type BatchLine, batchLines } from './batch-lines.ts';
import { batchRoundName, type Carried, carriedInto, carryInto } from './carried.ts';
import { expectedBy } from './expected-arrivals.ts';
import { FileProblems } from './file-problems.ts';
import { forEachAtOnce } from './for-each-at-once.ts';
import { partnerPool } from './partner-pool.ts';
import { SharedProgress } from './progress.ts';
import { SessionClock } from './session-clock.ts';
import { StepLines } from './step-lines.ts';
import type { TransferOwner, TransferSystems } from './transfer-file.ts';
import { type Attempt, failFile, tryFile } from './try-file.ts';

export interface TransferBatchSystems extends Partners {
  readonly table: Table;
  readonly runs: Bucket;
  readonly inbox: Bucket;
  readonly now: () => Date;
  readonly deadline: Deadline;
  readonly log: StepLog;
  readonly tellCircuitOpened: TellCircuitOpened;
}

interface TransferBatchInput {
  readonly run: Run;
  readonly batch: Batch;
  /** `next`: how many bytes of the batch's lines have been begun. */
  readonly cursor: Cursor;
}

/** Part buffers of all transfers of the worker together: what it holds of files, however many and however large they are. */
const partBudgetBytes = 64 * 1024 * 1024;

/** While one file is put into the bucket and recorded, its session fetches another. */
const filesPerSession = 2;

/** No file is begun when less is left of the invocation; what is left over is the next invocation's. */
const beginUntilMs = 60_000;

/** Invocations that may work on one file: it comes late in the first, and has all of a later one to itself. */
const triesOfFile = 3;

const outOfTime = {
  fault: 'out-of-time',
  message: `It did not arrive within ${triesOfFile} invocations of the function.`,
} as const;

/**
 * Transfers the files of a batch from the cursor on, over several sessions at once, until all are done or the deadline nears. A
 * file that fails is an outcome; a partner that fails is an exception, and the step is tried again: what was recorded by then is
 * found complete. While other flows have all connections of the partner, the answer is the same cursor in another round.
 * @throws FtpsError, PartnerError, StorageError, LeaseLostError, FencedError
 */
export async function transferBatch(
  input: TransferBatchInput,
  systems: TransferBatchSystems,
): Promise<Cursor> {
  const { run, batch, cursor } = input;
  const { table, runs, now } = systems;
  const nextRound = cursor.round + 1;
  await renewLease(table, { flowName: run, owner: run.owner, now: now() });
  if (batch.files === 0) return { done: true, next: cursor.next, round: nextRound };
  const partner = await systems.readPartner(run.partner);
  const flow = pullFlowOf(partner, run.flow);
  const owner = { run, remote: flow.remote, expected: expectedBy(flow) };
  const crew = await crewOf(input, partner, runs);
  const progress = new SharedProgress(table, run, crew.workers);
  await using pool = await partnerPool(partner, { ...systems, maxSessions: crew.sessions });
  const clock = new SessionClock(pool);
  const measured = { files: 0, bytes: 0 };
  const transferSystems: TransferSystems = {
    ...systems,
    pool: clock,
    budget: new MemoryBudget(partBudgetBytes),
    signal: systems.deadline.signal,
    onBytes: (bytes) => {
      measured.bytes += bytes;
      progress.add({ bytes });
    },
  };
  const onTried = (ended: number) => {
    measured.files += 1;
    progress.add({ files: ended });
  };

  const sessions = pool.maxSessions;
  const { next, isAll, left } = await work(input, { owner, systems, transferSystems, sessions, onTried });
  if (left.length > 0) await carryInto(runs, runFolder(run), { at: { batch, round: nextRound }, left });
  await progress.end();
  systems.log.tell({ tried: measured.files, bytes: measured.bytes, sessions });
  await learn(table, run, { ...measured, seconds: clock.busySeconds });
  return { done: isAll && left.length === 0, next, round: nextRound };
}

interface Crew {
  readonly workers: 'one' | 'many';
  /** Of this worker. */
  readonly sessions: number;
}

/** A batch that is all of the plan has one worker, and that has all connections. */
async function crewOf(
  { run, batch }: TransferBatchInput,
  { connection }: PartnerFile,
  runs: Bucket,
): Promise<Crew> {
  const plan = await getJson(runs, `${runFolder(run)}${documentNames.planSummary}`, planSummarySchema);
  const isAlone = plan !== undefined && plan.transfers - plan.bigFiles === batch.files;
  if (isAlone) return { workers: 'one', sessions: connection.maxConnections };
  return { workers: 'many', sessions: sessionsOfWorker(connection.maxConnections) };
}

interface Scene {
  readonly owner: TransferOwner;
  readonly systems: TransferBatchSystems;
  readonly transferSystems: TransferSystems;
  readonly sessions: number;
  /** Called for each file that a session has worked on; `ended`: 1 where it need not be tried again. */
  readonly onTried: (ended: number) => void;
}

interface WorkedOn {
  readonly next: number;
  /** Whether every line of the batch was begun. */
  readonly isAll: boolean;
  readonly left: readonly Carried[];
}

async function work(
  { run, batch, cursor }: TransferBatchInput,
  { owner, systems, transferSystems, sessions, onTried }: Scene,
): Promise<WorkedOn> {
  const { runs, deadline } = systems;
  const folder = runFolder(run);
  const at = { batch, round: cursor.round };
  const carried = await carriedInto(runs, folder, at);
  const name = batchRoundName(at);
  await using outcomes = new StepLines<OutcomeLine>(runs, `${folder}${documentNames.outcomes}${name}.jsonl`);
  await using slow = new StepLines<TransferAction>(
    runs,
    `${folder}${documentNames.bigFiles}late-${name}.jsonl`,
  );
  const left: Carried[] = [];
  let next = cursor.next;
  let isBusy = false;

  const problems = new FileProblems(systems.log);
  const tell = (outcome: Outcome, seconds: number | undefined) => {
    if (outcome.kind === 'failed') problems.add(outcome);
    return outcomes.add({ ...outcome, at: systems.now().toISOString(), seconds });
  };
  const settle = async ({ action, tries }: BatchLine, attempt: Attempt) => {
    switch (attempt.kind) {
      case 'ended':
        onTried(1);
        return tell(attempt.outcome, attempt.seconds);
      case 'partner-busy':
        isBusy = true;
        return void left.push({ action, tries });
      case 'cut-off': {
        if (attempt.while === 'waiting') return void left.push({ action, tries });
        onTried(0);
        // It had an invocation to itself: by slices it goes on where it stopped, and not from its beginning.
        if (tries > 0 && (action.file.sizeBytes ?? 0) >= leastBigBytes) return slow.add(action);
        if (tries + 1 < triesOfFile) return void left.push({ action, tries: tries + 1 });
        return tell(await failFile(action, outOfTime, owner, systems), undefined);
      }
    }
    return attempt satisfies never;
  };
  const done = await forEachAtOnce({
    source: batchLines({ runs, folder, batch }, carried, cursor.next),
    atOnce: sessions * filesPerSession,
    mayBegin: () => !isBusy && mayBegin(deadline, beginUntilMs),
    work: async (line) => {
      next = Math.max(next, line.next ?? 0);
      await settle(line, await tryFile(line.action, owner, transferSystems));
    },
  }).catch(async (error: unknown) => {
    // Where no retry follows, what was done by now is all that the report can tell of this invocation.
    await outcomes.commit().catch(() => undefined);
    throw error;
  });
  // Slow files are only among those that were carried over: a repeated invocation has the same, and overwrites the document.
  if (carried.length > 0) await slow.commit();
  await outcomes.commit();
  left.push(...carried.slice(done.begun));
  systems.log.tell({ batch: batch.index, round: cursor.round, failed: problems.count, left: left.length });
  return { next, isAll: done.exhausted, left };
}

async function learn(table: Table, run: Run, measured: Measurement): Promise<void> {
  if (measured.files === 0) return;
  await recordRate(table, run.partner, measured).catch(() => {
    // The rate is an estimate: without this measurement it is a little older, and what was transferred stays so.
  });
}
