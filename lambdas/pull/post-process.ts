import { setTimeout as sleep } from 'node:timers/promises';
import type { TellCircuitOpened } from '../connections/connection-systems.ts';
import type { ClearedLine } from '../contract/outcome-documents.ts';
import { documentNames, numbered, runFolder } from '../contract/run-folder.ts';
import type { Cursor, Run } from '../contract/workflow.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import type { Pool } from '../ftps/pool.ts';
import { recordReplaced } from '../ledger/file-entries.ts';
import { renewLease } from '../ledger/lease.ts';
import type { Table } from '../ledger/table.ts';
import type { Partners } from '../partners/partners.ts';
import { pullFlowOf } from '../partners/read-partner.ts';
import { type Deadline, mayBegin } from '../runtime/deadline.ts';
import type { StepLog } from '../runtime/log.ts';
import type { Bucket } from '../s3/bucket.ts';
import { pathBelow, type RemotePath } from '../sync/remote-path.ts';
import { faultPolicies, fileRetryDelayMs, triesPerFile } from '../sync/retry.ts';
import { type ClearRules, clearFile, type TakenFile } from './clear-file.ts';
import { FileProblems } from './file-problems.ts';
import { forEachAtOnce } from './for-each-at-once.ts';
import { partnerPool } from './partner-pool.ts';
import { StepLines } from './step-lines.ts';
import { takenFiles } from './taken-files.ts';

export interface PostProcessSystems extends Partners {
  readonly table: Table;
  readonly runs: Bucket;
  readonly now: () => Date;
  readonly deadline: Deadline;
  readonly log: StepLog;
  readonly tellCircuitOpened: TellCircuitOpened;
}

/** Deleting or moving takes a few commands; nothing is begun when less is left of the invocation. */
const beginUntilMs = 30_000;

/**
 * Deletes or moves at the partner what this run has verified and recorded, and what an earlier one left to be cleared.
 * A file that cannot be cleared stays, is reported, and is tried again by the next run. While other flows have all connections of
 * the partner, the answer is the same cursor in another round.
 * @throws FtpsError where the partner as a whole fails; PartnerError, StorageError, LeaseLostError
 */
export async function postProcess(
  { run, cursor }: { readonly run: Run; readonly cursor: Cursor },
  systems: PostProcessSystems,
): Promise<Cursor> {
  const { runs, deadline } = systems;
  await renewLease(systems.table, { flowName: run, owner: run.owner, now: systems.now() });
  const partner = await systems.readPartner(run.partner);
  const flow = pullFlowOf(partner, run.flow);
  const round = cursor.round + 1;
  if (flow.after === 'keep') return { done: true, next: cursor.next, round };
  const folder = runFolder(run);
  const rules = { flow, runId: run.runId, startedAt: new Date(run.startedAt) };
  await using pool = await partnerPool(partner, systems);
  const clearedKey = `${folder}${documentNames.cleared}${numbered(cursor.round)}`;
  await using cleared = new StepLines<ClearedLine>(runs, clearedKey);
  const place = new Place(cursor.next);
  const problems = new FileProblems(systems.log);
  let count = 0;
  let isBusy = false;

  const { exhausted } = await forEachAtOnce({
    source: place.begun(takenFiles(runs, folder, cursor.next)),
    atOnce: pool.maxSessions,
    mayBegin: () => !isBusy && mayBegin(deadline, beginUntilMs),
    work: async (taken) => {
      const line = await clearOrReport(pool, taken.file, rules);
      if (line === 'partner-busy') {
        isBusy = true;
        return;
      }
      const { path } = taken.file;
      if (line.outcome === 'left') await rememberReplaced(systems.table, run, { path, remote: flow.remote });
      count += 1;
      if (line.outcome === 'failed') problems.add({ path, fault: 'not-cleared', message: line.detail });
      await cleared.add(line);
      place.done(taken);
    },
  });
  await cleared.commit();
  systems.log.tell({ round: cursor.round, files: count, failed: problems.count });
  return { done: exhausted && !isBusy, next: place.next, round };
}

/** How far all files have been cleared: they are begun in order, and end in any. */
class Place {
  readonly #open: { readonly of: Placed; isDone: boolean }[] = [];
  next: number;

  constructor(next: number) {
    this.next = next;
  }

  async *begun<T extends Placed>(source: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const each of source) {
      this.#open.push({ of: each, isDone: false });
      yield each;
    }
  }

  done(of: Placed): void {
    const ended = this.#open.find((each) => each.of === of);
    if (ended !== undefined) ended.isDone = true;
    for (let [first] = this.#open; first?.isDone === true; [first] = this.#open) {
      this.next = first.of.next;
      this.#open.shift();
    }
  }
}

interface Placed {
  readonly next: number;
}

/** The listing did not show that the file is another one now; with this the next plan fetches it all the same. */
async function rememberReplaced(
  table: Table,
  run: Run,
  { path, remote }: { readonly path: RemotePath; readonly remote: RemotePath },
): Promise<void> {
  const relativePath = pathBelow(remote, path) ?? '';
  await recordReplaced(table, { flowName: run, relativePath, fence: run.fence });
}

/** What a lost session leaves open is settled by looking again; what stays wrong with one file is its outcome. */
async function clearOrReport(
  pool: Pool,
  file: TakenFile,
  rules: ClearRules,
): Promise<ClearedLine | 'partner-busy'> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await pool.use((session) => clearFile(session, file, rules));
    } catch (error) {
      if (error instanceof FtpsError && error.kind === 'partner-busy') return 'partner-busy';
      if (!(error instanceof FtpsError) || faultPolicies[error.kind].scope === 'partner') throw error;
      if (!faultPolicies[error.kind].again || attempt >= triesPerFile) {
        return { path: file.path, outcome: 'failed', detail: error.message };
      }
      await sleep(fileRetryDelayMs(attempt));
    }
  }
}
