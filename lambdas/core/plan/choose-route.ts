import { maxFilesPerBatch } from './batch-sizing.ts';
import { hasLargeParts, minSliceBytes } from './part-size.ts';
import { type Amount, expectedSeconds, type TransferRate } from './transfer-rate.ts';

/**
 * How the work of a plan is distributed. `finish`: there is nothing to transfer. `small`: one worker
 * transfers everything over all sessions that the partner allows. `bulk`: several workers, each with its
 * batches.
 */
export interface Route {
  readonly route: 'finish' | 'small' | 'bulk';
  /** The number of workers at once. */
  readonly workers: number;
}

export interface PlannedWork {
  /** The files that go into batches. */
  readonly batched: Amount;
  /** Whether a single range of one manifest document holds them all. */
  readonly isInOnePlace: boolean;
  /** The number of big files and of files to dispose of at the partner. */
  readonly others: number;
}

export interface RouteSetting {
  readonly maxConnections: number;
  readonly rate: TransferRate;
  /** The working time of one invocation. */
  readonly invocationSeconds: number;
}

/**
 * The maximum number of sessions of a bulk worker: with small files, they keep the CPU of one function busy.
 */
const sessionsPerWorker = 4;

/** The number of sessions of each worker of a bulk run. */
export function sessionsForLimit(maxConnections: number): number {
  return Math.min(sessionsPerWorker, maxConnections);
}

/** The number of workers that `maxConnections` has sessions for. */
function workersFor(maxConnections: number): number {
  return Math.ceil(maxConnections / sessionsPerWorker);
}

export function chooseRoute(
  work: PlannedWork,
  { maxConnections, rate, invocationSeconds }: RouteSetting,
): Route {
  const { batched, isInOnePlace, others } = work;
  if (batched.files + others === 0) return { route: 'finish', workers: 1 };
  const workers = workersFor(maxConnections);
  const alone = expectedSeconds(batched, rate) / maxConnections;
  const isSmall =
    isInOnePlace && batched.files <= maxFilesPerBatch && (workers === 1 || alone <= invocationSeconds);
  return isSmall ? { route: 'small', workers: 1 } : { route: 'bulk', workers };
}

/**
 * The share of an invocation from which on a file is sliced: an invocation that starts such a file late, or
 * transfers it more slowly than expected, might not finish it.
 */
const bigShare = 1 / 3;

/**
 * Whether the file is transferred in slices: it takes several invocations, or its parts are too large for the
 * memory of a batch. A file of unknown size is not.
 */
export function isBigFile(
  sizeBytes: number | undefined,
  { rate, invocationSeconds }: Pick<RouteSetting, 'rate' | 'invocationSeconds'>,
): boolean {
  if (sizeBytes === undefined || sizeBytes < minSliceBytes) return false;
  const isSlow = expectedSeconds({ files: 1, bytes: sizeBytes }, rate) > invocationSeconds * bigShare;
  return isSlow || hasLargeParts(sizeBytes);
}
