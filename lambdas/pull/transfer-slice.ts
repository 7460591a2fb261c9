import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionSystems } from '../connections/connection-systems.ts';
import type { Cursor, Run, Slice } from '../contract/workflow.ts';
import { SinkError } from '../ftps/download.ts';
import { RestContradicted, RestRefused } from '../ftps/download-range.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { dropCapabilities } from '../ledger/capabilities.ts';
import { renewLease } from '../ledger/lease.ts';
import { recordRate } from '../ledger/rate.ts';
import type { Partners } from '../partners/partners.ts';
import type { Deadline } from '../runtime/deadline.ts';
import type { StepLog } from '../runtime/log.ts';
import type { Bucket } from '../s3/bucket.ts';
import { faultPolicies, fileRetryDelayMs, triesPerFile } from '../sync/retry.ts';
import { fileProblemOf } from './file-problem.ts';
import { OverheardPool } from './overheard-pool.ts';
import { partnerPool } from './partner-pool.ts';
import { SharedProgress } from './progress.ts';
import { SessionClock } from './session-clock.ts';
import { SliceFetch } from './slice-fetch.ts';
import { noteSliceProblem, type SliceProblem } from './slice-problems.ts';

export interface TransferSliceSystems extends Partners, ConnectionSystems {
  readonly runs: Bucket;
  readonly inbox: Bucket;
  readonly deadline: Deadline;
  readonly log: StepLog;
}

/**
 * Fetches the parts of a slice that are not there yet, over one session, until all are or the deadline nears. The parts in the
 * bucket are all that it remembers, so that it may be killed at any moment and called again. A slice that cannot be fetched ends
 * too, with a word to BigFiles, which sees what is missing and decides.
 * @throws FtpsError of the partner as a whole; PartnerError, StorageError, LeaseLostError
 */
export async function transferSlice(
  { run, slice, cursor }: { readonly run: Run; readonly slice: Slice; readonly cursor: Cursor },
  systems: TransferSliceSystems,
): Promise<Cursor> {
  const { table, now, deadline } = systems;
  await renewLease(table, { flowName: run, owner: run.owner, now: now() });
  const partner = await systems.readPartner(run.partner);
  const progress = new SharedProgress(table, run, 'many');
  await using pool = await partnerPool(partner, { ...systems, maxSessions: 1 });
  const clock = new SessionClock(pool);
  const overheard = new OverheardPool(clock);
  const fetch = new SliceFetch(slice, {
    ...systems,
    pool: overheard,
    onBytes: (bytes) => progress.add({ bytes }),
  });
  const end = await endOf(fetch, { deadline, round: cursor.round });
  await progress.end();
  if (fetch.bytes > 0)
    await recordRate(table, run.partner, { files: 0, bytes: fetch.bytes, seconds: clock.busySeconds });
  const { path, firstPart, lastPart } = slice;
  systems.log.tell({
    path,
    firstPart,
    lastPart,
    round: cursor.round,
    parts: fetch.partsSent,
    bytes: fetch.bytes,
  });
  if (end.kind === 'problem') {
    systems.log.warn(end.problem.message, { path, fault: end.problem.fault });
    if (end.problem.fault === 'wrong-size') await dropCapabilities(table, run.partner);
    await noteSliceProblem(systems.runs, { run, slice }, { ...end.problem, dialogue: overheard.dialogue });
  }
  const next = cursor.next + fetch.partsSent;
  return { done: end.kind !== 'out-of-time', next, round: cursor.round + 1 };
}

type SliceEnd =
  /** All parts are there; or the file has changed, or the upload is gone, which BigFiles sees by itself. */
  | { readonly kind: 'done' }
  | { readonly kind: 'out-of-time' }
  | { readonly kind: 'problem'; readonly problem: SliceProblem };

interface Invocation {
  readonly deadline: Deadline;
  readonly round: number;
}

async function endOf(fetch: SliceFetch, invocation: Invocation): Promise<SliceEnd> {
  const { signal } = invocation.deadline;
  for (let attempt = 1; ; attempt++) {
    const sentBefore = fetch.partsSent;
    try {
      while ((await fetch.next()) === 'more') {
        if (!fetch.mayGoOn()) return timeIsUp(fetch, invocation);
      }
      return { kind: 'done' };
    } catch (error) {
      if (signal.aborted) return timeIsUp(fetch, invocation);
      if (fetch.partsSent > sentBefore) attempt = 1;
      const problem = problemOf(error, attempt);
      if (problem === 'busy') {
        if (fetch.partsSent === 0) throw error;
        return { kind: 'out-of-time' };
      }
      if (problem === 'not-ours') throw error;
      if (problem !== 'try-again') return { kind: 'problem', problem };
      await sleep(fileRetryDelayMs(attempt));
    }
  }
}

/**
 * What is done about an error. `not-ours`: it concerns more than this file, and the step ends with it. `busy`: other functions
 * have all connections.
 */
function problemOf(error: unknown, attempt: number): SliceProblem | 'try-again' | 'busy' | 'not-ours' {
  if (error instanceof RestContradicted || error instanceof RestRefused) {
    return { fault: 'wrong-size', message: error.message, again: false };
  }
  if (error instanceof FtpsError && error.kind === 'partner-busy') return 'busy';
  // A session that was ended to stop a transfer may still count at the server: that passes, as all that passes.
  const again = error instanceof FtpsError && faultPolicies[error.kind].again;
  if ((again || error instanceof SinkError) && attempt < triesPerFile) return 'try-again';
  return fileProblemOf(error) ?? 'not-ours';
}

/** Invocations that one stream from the file's start may have: it may wait for a session in the first. */
const roundsFromStart = 2;

function timeIsUp(fetch: SliceFetch, { round }: Invocation): SliceEnd {
  if (fetch.slice.reading === 'from-start') {
    return round + 1 < roundsFromStart
      ? { kind: 'out-of-time' }
      : { kind: 'problem', problem: { fault: 'out-of-time', message: tooSlowFromStart, again: false } };
  }
  if (fetch.partsSent > 0 || !fetch.hasHadSession) return { kind: 'out-of-time' };
  return { kind: 'problem', problem: { fault: 'out-of-time', message: noPartInTime, again: true } };
}

const tooSlowFromStart =
  'It did not arrive within one invocation of the function, and cannot be fetched in pieces: what this server sends after REST ' +
  '(RFC 3659, 5) is not what it was asked for, or it has no REST. Ask the partner to enable REST, or to send smaller files.';

const noPartInTime =
  'Not one part of it arrived within an invocation of the function: the partner is too slow, or silent.';
