import { setTimeout as sleep } from 'node:timers/promises';
import { openPool } from '../../connections/open-pool.ts';
import type { PartnerEvents } from '../../connections/partner-events.ts';
import type { DisposedLine } from '../../contract/documents/outcome-documents.ts';
import { documentNames, numbered, runFolder } from '../../contract/documents/run-folder.ts';
import type { Cursor, Run } from '../../contract/workflow.ts';
import { ftpsErrorPolicies } from '../../core/connection/ftps-error-policies.ts';
import { retryByPolicy } from '../../core/run/retry-by-policy.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import type { Pool } from '../../ftps/session/pool.ts';
import { type EntryWrite, recordReplaced } from '../../ledger/entries/file-entries.ts';
import { leaseOf, renewLease } from '../../ledger/runs/lease.ts';
import type { Table } from '../../ledger/table.ts';
import { ItemRefusedError } from '../../ledger/write-item.ts';
import type { Partners } from '../../partners/partners.ts';
import { findPullFlow } from '../../partners/read-partner.ts';
import { type Deadline, hasTimeFor } from '../../runtime/deadline.ts';
import type { StepLog } from '../../runtime/log.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { forEachConcurrent } from '../for-each-concurrent.ts';
import { fileEntry } from '../run-scope.ts';
import { SharedLinesWriter } from '../shared-lines-writer.ts';
import { FileErrorLog } from '../transfer-file/file-error.ts';
import { type DisposeRules, disposeFile, type ImportedFile } from './dispose-file.ts';
import { importedFiles } from './imported-files.ts';
import { OrderedCursor } from './ordered-cursor.ts';

export interface DisposeFilesDependencies extends Partners {
  readonly table: Table;
  readonly runs: Bucket;
  readonly now: () => Date;
  readonly deadline: Deadline;
  readonly log: StepLog;
  readonly partnerEvents: PartnerEvents;
}

/** A file takes a few commands; none is begun when less is left of the invocation. */
const minBeginMs = 30_000;

/**
 * Deletes or moves at the partner the files that this run has verified and recorded, and those that an
 * earlier run could not dispose. A file that cannot be disposed stays there, is reported, and is tried again
 * by the next run. While other flows use all connections of the partner, it returns the same cursor in
 * another round.
 * @throws FtpsError where the partner as a whole fails; PartnerError, StorageError, LeaseLostError,
 * FencedError
 */
export async function disposeFiles(
  { run, cursor }: { readonly run: Run; readonly cursor: Cursor },
  dependencies: DisposeFilesDependencies,
): Promise<Cursor> {
  const { runs, table, deadline, log } = dependencies;
  await renewLease(table, leaseOf(run), dependencies.now());
  const partner = await dependencies.readPartner(run.partner);
  const flow = findPullFlow(partner, run.flow);
  const round = cursor.round + 1;
  if (flow.after === 'keep') return { done: true, next: cursor.next, round };
  const folder = runFolder(run);
  const rules = { flow, runId: run.runId, startedAt: new Date(run.startedAt) };
  await using pool = openPool(partner, dependencies);
  await using disposed = new SharedLinesWriter<DisposedLine>(
    runs,
    `${folder}${documentNames.disposed}${numbered(cursor.round)}`,
  );
  const position = new OrderedCursor(cursor.next);
  const errors = new FileErrorLog(log);
  let count = 0;
  let isPartnerBusy = false;

  const { exhausted } = await forEachConcurrent({
    source: position.track(importedFiles(runs, folder, cursor.next)),
    atOnce: pool.maxSessions,
    mayBegin: () => !isPartnerBusy && hasTimeFor(deadline, minBeginMs),
    work: async (imported) => {
      const end = await tryToDispose(pool, imported.file, rules);
      if (end === 'partner-busy') {
        isPartnerBusy = true;
        return;
      }
      const { path } = imported.file;
      const entry = fileEntry({ run, remote: flow.remote }, path);
      const line = end.outcome === 'kept' ? await recordKept(end, { table, entry }) : end;
      if (line.outcome === 'failed') errors.add({ path, error: 'not-disposed', message: line.detail });
      count += 1;
      await disposed.add(line);
      position.end(imported);
    },
  });
  await disposed.commit();
  log.summarize({ round: cursor.round, files: count, failed: errors.count });
  return { done: exhausted && !isPartnerBusy, next: position.next, round };
}

/**
 * The listing does not show that the file was replaced, so the ledger has to: the next plan transfers it. A
 * file that the ledger cannot record is reported.
 */
async function recordKept(
  line: DisposedLine,
  { table, entry }: { readonly table: Table; readonly entry: EntryWrite },
): Promise<DisposedLine> {
  try {
    await recordReplaced(table, entry);
    return line;
  } catch (error) {
    if (!(error instanceof ItemRefusedError)) throw error;
    return { ...line, outcome: 'failed', detail: `${line.detail}. ${error.message}` };
  }
}

/**
 * After a lost session the retry looks at the file again, which settles whether the command took effect. An
 * error that remains with one file is its outcome.
 * @throws what concerns more than this file.
 */
async function tryToDispose(
  pool: Pool,
  file: ImportedFile,
  rules: DisposeRules,
): Promise<DisposedLine | 'partner-busy'> {
  const result = await retryByPolicy({
    attempt: () => attemptToDispose(pool, file, rules),
    evaluate: (last) =>
      last instanceof FtpsError && ftpsErrorPolicies[last.kind].retryable ? 'retry' : 'stop',
    sleep,
  });
  if (!(result instanceof FtpsError)) return result;
  return { path: file.path, outcome: 'failed', detail: result.message };
}

async function attemptToDispose(
  pool: Pool,
  file: ImportedFile,
  rules: DisposeRules,
): Promise<DisposedLine | 'partner-busy' | FtpsError> {
  try {
    return await pool.use((session) => disposeFile(session, file, rules));
  } catch (error) {
    if (error instanceof FtpsError && error.kind === 'partner-busy') return 'partner-busy';
    if (!(error instanceof FtpsError) || ftpsErrorPolicies[error.kind].scope === 'partner') throw error;
    return error;
  }
}
