import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ClearedLine,
  documentNames,
  manifestLineSchema,
  outcomeSchema,
  runFolder,
} from '../contract/documents.ts';
import type { Cursor, Run } from '../contract/workflow.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import type { Pool } from '../ftps/pool.ts';
import { recordReplaced } from '../ledger/file-entries.ts';
import { renewLease } from '../ledger/lease.ts';
import type { Table } from '../ledger/table.ts';
import type { Partners } from '../partners/partners.ts';
import { pullFlowOf } from '../partners/read-partner.ts';
import type { Deadline } from '../runtime/deadline.ts';
import type { Bucket } from '../s3/bucket.ts';
import { keysUnder, readJsonLines } from '../s3/documents.ts';
import { pathBelow, type RemotePath } from '../sync/remote-path.ts';
import { faultPolicies, fileRetryDelayMs, triesPerFile } from '../sync/retry.ts';
import { type ClearRules, clearFile, type TakenFile } from './clear-file.ts';
import { forEachAtOnce } from './for-each-at-once.ts';
import { partnerPool } from './partner-pool.ts';
import { StepLines } from './step-lines.ts';

export interface PostProcessSystems extends Partners {
  readonly table: Table;
  readonly runs: Bucket;
  readonly now: () => Date;
  readonly deadline: Deadline;
}

/** Deleting or moving takes a few commands; nothing is begun when less is left of the invocation. */
const beginUntilMs = 30_000;

/**
 * Deletes or moves at the partner what this run has verified and recorded, and what an earlier one left to be cleared.
 * A file that cannot be cleared stays, is reported, and is tried again by the next run.
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
  await using pool = await partnerPool(partner, { ...systems, signal: deadline.signal });
  await using cleared = new StepLines<ClearedLine>(runs, `${folder}${documentNames.cleared}`, cursor);

  const { begun, exhausted } = await forEachAtOnce({
    source: takenFrom(runs, folder, cursor.next),
    atOnce: pool.maxSessions,
    mayBegin: () => deadline.remainingMs() > beginUntilMs,
    work: async (file) => {
      const line = await clearOrReport(pool, file, rules);
      if (line.outcome === 'left')
        await rememberReplaced(systems.table, run, { path: file.path, remote: flow.remote });
      await cleared.add(line);
    },
  });
  await cleared.commit();
  return { done: exhausted, next: cursor.next + begun, round };
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
async function clearOrReport(pool: Pool, file: TakenFile, rules: ClearRules): Promise<ClearedLine> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await pool.use((session) => clearFile(session, file, rules));
    } catch (error) {
      if (!(error instanceof FtpsError) || faultPolicies[error.kind].scope === 'partner') throw error;
      if (!faultPolicies[error.kind].again || attempt >= triesPerFile) {
        return { path: file.path, outcome: 'failed', detail: error.message };
      }
      await sleep(fileRetryDelayMs(attempt));
    }
  }
}

/** What may be cleared, always in the same order: this run's outcomes, then what earlier runs left. */
async function* takenFrom(runs: Bucket, folder: string, start: number): AsyncGenerator<TakenFile> {
  let index = 0;
  for await (const file of allTaken(runs, folder)) {
    if (index >= start) yield file;
    index += 1;
  }
}

async function* allTaken(runs: Bucket, folder: string): AsyncGenerator<TakenFile> {
  for await (const key of keysUnder(runs, `${folder}${documentNames.outcomes}`)) {
    for await (const outcome of readJsonLines(runs, key, outcomeSchema)) {
      if (outcome.kind !== 'failed') yield outcome;
    }
  }
  for await (const line of readJsonLines(runs, `${folder}${documentNames.manifest}`, manifestLineSchema)) {
    if (line.kind !== 'post-process') continue;
    const { file, verifiedModified } = line;
    if (file.sizeBytes !== undefined) yield { path: file.path, sizeBytes: file.sizeBytes, verifiedModified };
  }
}
