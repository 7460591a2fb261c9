import type { ConnectionDependencies } from '../../connections/connection-dependencies.ts';
import { openPool } from '../../connections/open-pool.ts';
import type { Cursor, Run, Slice } from '../../contract/workflow.ts';
import { leaseOf, renewLease } from '../../ledger/runs/lease.ts';
import type { Partners } from '../../partners/partners.ts';
import type { Deadline } from '../../runtime/deadline.ts';
import type { StepLog } from '../../runtime/log.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { dropRestProof } from '../big-files/rest-support.ts';
import { recordSliceError } from '../big-files/slice-errors.ts';
import { SharedProgress } from '../progress.ts';
import { RecordingPool } from '../recording-pool.ts';
import { unlessRefused } from '../refusal.ts';
import { TimedPool } from '../timed-pool.ts';
import { updateRate } from '../update-rate.ts';
import { fetchSlice } from './fetch-slice.ts';
import { SliceDownload } from './slice-download.ts';

export interface TransferSliceDependencies extends Partners, ConnectionDependencies {
  readonly runs: Bucket;
  readonly inbox: Bucket;
  readonly deadline: Deadline;
  readonly log: StepLog;
}

/**
 * Fetches the missing parts of a slice over one session, until none is missing or the deadline is near. The
 * parts in the bucket are its only state, so it may be killed at any time and called again. A slice that
 * cannot be fetched ends too: it leaves its error for BigFiles, which decides what follows.
 * @throws FtpsError of the partner as a whole; PartnerError, StorageError, LeaseLostError
 */
export async function transferSlice(
  { run, slice, cursor }: { readonly run: Run; readonly slice: Slice; readonly cursor: Cursor },
  dependencies: TransferSliceDependencies,
): Promise<Cursor> {
  const { table, now, deadline, log } = dependencies;
  await renewLease(table, leaseOf(run), now());
  const partner = await dependencies.readPartner(run.partner);
  const progress = new SharedProgress(table, run, 'many');
  await using pool = openPool(partner, { ...dependencies, maxSessions: 1 });
  const timedPool = new TimedPool(pool);
  const recorder = new RecordingPool(timedPool);
  const fetch = new SliceDownload(slice, {
    ...dependencies,
    pool: recorder,
    onBytes: (bytes) => progress.add({ bytes }),
  });
  const result = await fetchSlice(fetch, { deadline, round: cursor.round });
  await progress.end();
  const { bytes, partsSent } = fetch;
  if (bytes > 0) {
    const measured = { files: 0, bytes, seconds: timedPool.busySeconds };
    await updateRate(table, { partner: run.partner, measured }, log);
  }
  const { path, firstPart, lastPart } = slice;
  log.summarize({ path, firstPart, lastPart, round: cursor.round, parts: partsSent, bytes });
  if (result.kind === 'failed') {
    const { cause } = result;
    log.warn(cause.message, { path, error: cause.error });
    if (cause.error === 'wrong-size') await dropRestProof(table, run.partner, log);
    const { transcript } = recorder;
    await unlessRefused(
      () => recordSliceError(dependencies.runs, { run, slice }, { ...cause, transcript }),
      // Without the error, BigFiles finds that no part arrives any more, and gives the file up.
      ({ message }) => log.warn(`The error of a slice could not be left for big-files. ${message}`, { path }),
    );
  }
  return { done: result.kind !== 'interrupted', next: cursor.next + partsSent, round: cursor.round + 1 };
}
