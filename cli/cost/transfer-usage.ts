import { smallFileBytes } from '../../lambdas/contract/request-rates.ts';
import { batchLimits, maxFilesPerBatch } from '../../lambdas/core/plan/batch-sizing.ts';
import { chooseRoute, isBigFile, sessionsForLimit } from '../../lambdas/core/plan/choose-route.ts';
import { cutSlices } from '../../lambdas/core/plan/cut-slices.ts';
import { partCount } from '../../lambdas/core/plan/part-grid.ts';
import { partSizeBytes } from '../../lambdas/core/plan/part-size.ts';
import { defaultRate, expectedSeconds } from '../../lambdas/core/plan/transfer-rate.ts';
import { functionUsage } from './function-usage.ts';
import { invocationSeconds, objectsPerPage, sessions, transitions, workSeconds } from './product-facts.ts';
import { sessionUsage } from './session-usage.ts';
import { sumUsages, type Usage } from './usage.ts';

/** What a run transfers. */
export interface Transfer {
  readonly moved: number;
  readonly bytesPerFile: number;
  /** A changed file costs a HEAD of its object first. */
  readonly movedAre: 'new' | 'changed';
}

/** How the work is split: `slices` for big files, otherwise the route that PlanRun chooses. */
export interface SplitTransfer {
  readonly route: 'finish' | 'small' | 'bulk' | 'slices';
  /** Invocations of the function that transfers the bytes. */
  readonly workers: number;
  /** Their time together. */
  readonly seconds: number;
}

/** The transfer rate of a partner that was never measured. */
export const rate = defaultRate;

const setting = { maxConnections: sessions, rate, invocationSeconds };

/** Splits the work with the functions that split it in a run. */
export function splitTransfer({ moved, bytesPerFile }: Transfer): SplitTransfer {
  const whole = { files: moved, bytes: moved * bytesPerFile };
  const sessionSeconds = expectedSeconds(whole, rate);
  if (moved > 0 && isBigFile(bytesPerFile, setting)) {
    return { route: 'slices', workers: moved * sliceCount(bytesPerFile), seconds: sessionSeconds };
  }
  const isInOnePlace = moved <= maxFilesPerBatch;
  const { route, workers: atOnce } = chooseRoute({ batched: whole, isInOnePlace, others: 0 }, setting);
  const perWorker = sessionsForLimit(sessions);
  const seconds = sessionSeconds / perWorker;
  if (route !== 'bulk') return { route, workers: Math.ceil(seconds / workSeconds), seconds };
  const limits = batchLimits(
    { seconds: sessionSeconds, workers: atOnce },
    { sessions: perWorker, invocationSeconds },
  );
  return {
    route,
    workers: Math.ceil(Math.max(sessionSeconds / limits.seconds, moved / limits.files)),
    seconds,
  };
}

/** The states after the plan, and every request for the transferred files. */
export function transferUsage(transfer: Transfer): Usage {
  const split = splitTransfer(transfer);
  switch (split.route) {
    case 'finish':
      return { 'stepFunctions.transition': transitions.nothingToMove };
    case 'small': {
      const counted = transitions.small + (split.workers - 1) * transitions.repeat;
      return sumUsages(batchUsage(transfer, split), { 'stepFunctions.transition': counted });
    }
    case 'bulk': {
      const counted = transitions.bulk + split.workers * transitions.child;
      return sumUsages(batchUsage(transfer, split), { 'stepFunctions.transition': counted });
    }
    case 'slices':
      return sliceUsage(transfer, split);
  }
  return split.route satisfies never;
}

function batchUsage({ moved, bytesPerFile, movedAre }: Transfer, { workers, seconds }: SplitTransfer): Usage {
  const partBytes = partSizeBytes(bytesPerFile);
  // A multipart upload: create, list open uploads, the parts, complete.
  const puts = bytesPerFile <= partBytes ? 1 : 3 + Math.ceil(bytesPerFile / partBytes);
  const heads = needsHead(movedAre, bytesPerFile) ? moved : 0;
  return sumUsages(
    functionUsage('transfer-batch', workers, seconds),
    sessionUsage({ calls: workers, seconds, sessions: Math.min(sessions, Math.ceil(moved / workers)) }),
    // The conditional write that records each file; the measured rate of each call.
    { 'dynamodb.write': moved + workers, 'dynamodb.read': workers },
    { 's3.write': moved * puts + workers, 's3.read': 3 * workers + heads },
  );
}

/** A small new file is uploaded without a HEAD. */
function needsHead(movedAre: Transfer['movedAre'], bytesPerFile: number): boolean {
  return movedAre === 'changed' || bytesPerFile > smallFileBytes;
}

function sliceUsage({ moved, bytesPerFile }: Transfer, { workers, seconds }: SplitTransfer): Usage {
  const parts = countParts(bytesPerFile);
  return sumUsages(
    functionUsage('transfer-slice', workers, seconds),
    // BigFiles again, which completes the files.
    functionUsage('big-files', 1, 0),
    sessionUsage({ calls: workers, seconds, sessions: 1 }),
    { 'stepFunctions.transition': transitions.bulk + transitions.sliceRound + workers * transitions.child },
    // The file's entry; the upload's entry, created and deleted; the measured rate.
    { 'dynamodb.write': 3 * moved + workers, 'dynamodb.read': 2 * moved + workers },
    // Create, list open uploads, the parts, list the parts for each slice and at the end, complete.
    {
      's3.write': moved * (3 + parts + Math.ceil(parts / objectsPerPage)) + workers,
      's3.read': 2 * moved,
    },
  );
}

function sliceCount(sizeBytes: number): number {
  const partBytes = partSizeBytes(sizeBytes);
  const missing = [{ firstPart: 1, lastPart: countParts(sizeBytes) }];
  const pace = { bytesPerSecond: rate.bytesPerSecond, invocationSeconds, sessions };
  return cutSlices({ sizeBytes, partBytes }, missing, pace).length;
}

function countParts(sizeBytes: number): number {
  return partCount({ sizeBytes, partBytes: partSizeBytes(sizeBytes) });
}
