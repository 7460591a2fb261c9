import { partSizeBytes } from '../../lambdas/s3/part-size.ts';
import { batchLimits, mostFilesOfBatch } from '../../lambdas/sync/batch.ts';
import { defaultRate, expectedSeconds } from '../../lambdas/sync/expected-time.ts';
import { isBig, routeOf, sessionsOfWorker } from '../../lambdas/sync/route.ts';
import { cutSlices, partCount } from '../../lambdas/sync/slice.ts';
import { functionUsage } from './function-usage.ts';
import { invocationSeconds, objectsPerPage, sessions, transitions, workSeconds } from './product-facts.ts';
import { sessionUsage } from './session-usage.ts';
import { sumOf, type Usage } from './usage.ts';

/** What a run moves. */
export interface Transfer {
  readonly moved: number;
  readonly bytesPerFile: number;
  /** A file that was taken before is looked at in the bucket first. */
  readonly movedAre: 'new' | 'changed';
}

/** How it is shared out: `slices` where the files are big, and otherwise PlanRun's route. */
export interface SharedOut {
  readonly route: 'finish' | 'small' | 'bulk' | 'slices';
  /** Invocations of the function that moves the bytes. */
  readonly workers: number;
  /** What they take together. */
  readonly seconds: number;
}

/** As long as a partner has not been measured, which the ledger then keeps. */
export const rate = defaultRate;

const setting = { maxConnections: sessions, rate, invocationSeconds };

/** Decided by the functions that decide in a run. */
export function transferOf({ moved, bytesPerFile }: Transfer): SharedOut {
  const whole = { files: moved, bytes: moved * bytesPerFile };
  const sessionSeconds = expectedSeconds(whole, rate);
  if (moved > 0 && isBig(bytesPerFile, setting)) {
    return { route: 'slices', workers: moved * slicesOf(bytesPerFile), seconds: sessionSeconds };
  }
  const isInOnePlace = moved <= mostFilesOfBatch;
  const { route, workers: atOnce } = routeOf({ batched: whole, isInOnePlace, others: 0 }, setting);
  const ofWorker = sessionsOfWorker(sessions);
  const seconds = sessionSeconds / ofWorker;
  if (route !== 'bulk') return { route, workers: Math.ceil(seconds / workSeconds), seconds };
  const limits = batchLimits(
    { seconds: sessionSeconds, workers: atOnce },
    { sessions: ofWorker, invocationSeconds },
  );
  return {
    route,
    workers: Math.ceil(Math.max(sessionSeconds / limits.seconds, moved / limits.files)),
    seconds,
  };
}

/** From the state after the plan to the end, and every request for a file that is moved. */
export function transferUsage(transfer: Transfer): Usage {
  const shared = transferOf(transfer);
  switch (shared.route) {
    case 'finish':
      return { 'stepFunctions.transition': transitions.nothingToMove };
    case 'small': {
      const counted = transitions.small + (shared.workers - 1) * transitions.again;
      return sumOf(batchUsage(transfer, shared), { 'stepFunctions.transition': counted });
    }
    case 'bulk': {
      const counted = transitions.bulk + shared.workers * transitions.child;
      return sumOf(batchUsage(transfer, shared), { 'stepFunctions.transition': counted });
    }
    case 'slices':
      return sliceUsage(transfer, shared);
  }
  return shared.route satisfies never;
}

function batchUsage({ moved, bytesPerFile, movedAre }: Transfer, { workers, seconds }: SharedOut): Usage {
  const partBytes = partSizeBytes(bytesPerFile);
  // Begin, look for open ones, and complete, besides the parts.
  const puts = bytesPerFile <= partBytes ? 1 : 3 + Math.ceil(bytesPerFile / partBytes);
  const looks = looksFirst(movedAre, bytesPerFile) ? moved : 0;
  return sumOf(
    functionUsage('transfer-batch', workers, seconds),
    sessionUsage({ calls: workers, seconds, sessions: Math.min(sessions, Math.ceil(moved / workers)) }),
    // The one conditional write that records a file; the measured rate of each call.
    { 'dynamodb.write': moved + workers, 'dynamodb.read': workers },
    { 's3.write': moved * puts + workers, 's3.read': 3 * workers + looks },
  );
}

/** A small file that was never taken is put without a look (lambdas/pull/transfer-file.ts). */
function looksFirst(movedAre: Transfer['movedAre'], bytesPerFile: number): boolean {
  return movedAre === 'changed' || bytesPerFile > 1024 ** 2;
}

function sliceUsage({ moved, bytesPerFile }: Transfer, { workers, seconds }: SharedOut): Usage {
  const parts = partsOf(bytesPerFile);
  return sumOf(
    functionUsage('transfer-slice', workers, seconds),
    // A second time, which completes.
    functionUsage('big-files', 1, 0),
    sessionUsage({ calls: workers, seconds, sessions: 1 }),
    { 'stepFunctions.transition': transitions.bulk + transitions.sliceRound + workers * transitions.child },
    // The entry; the upload's, made and taken away; the measured rate.
    { 'dynamodb.write': 3 * moved + workers, 'dynamodb.read': 2 * moved + workers },
    // Begin, look for open ones, the parts, the list of them for each slice and at the end, complete.
    {
      's3.write': moved * (3 + parts + Math.ceil(parts / objectsPerPage)) + workers,
      's3.read': 2 * moved,
    },
  );
}

function slicesOf(sizeBytes: number): number {
  const partBytes = partSizeBytes(sizeBytes);
  const missing = [{ firstPart: 1, lastPart: partsOf(sizeBytes) }];
  const pace = { bytesPerSecond: rate.bytesPerSecond, invocationSeconds, sessions };
  return cutSlices({ sizeBytes, partBytes }, missing, pace).length;
}

function partsOf(sizeBytes: number): number {
  return partCount({ sizeBytes, partBytes: partSizeBytes(sizeBytes) });
}
