import { mostFilesOfBatch } from './batch.ts';
import { type Amount, expectedSeconds, type TransferRate } from './expected-time.ts';

/**
 * How the work of a plan is shared out. `finish`: there is nothing to move. `small`: one worker takes all of it, over all
 * sessions that the partner allows. `bulk`: several workers, each with its batches.
 */
export interface Route {
  readonly route: 'finish' | 'small' | 'bulk';
  /** At once. */
  readonly workers: number;
}

export interface PlannedWork {
  /** What goes through batches. */
  readonly batched: Amount;
  /** Whether one range of one document holds all of that. */
  readonly isInOnePlace: boolean;
  /** Big files, and files that are to be cleared at the partner. */
  readonly others: number;
}

export interface RouteSetting {
  readonly maxConnections: number;
  readonly rate: TransferRate;
  /** How long one invocation may be. */
  readonly invocationSeconds: number;
}

/** A worker of a bulk run has so many sessions at most: as many as keep one function's processor busy with small files. */
const sessionsPerWorker = 4;

/** Sessions of each worker of a bulk run. */
export function sessionsOfWorker(maxConnections: number): number {
  return Math.min(sessionsPerWorker, maxConnections);
}

/** More workers than this would wait for sessions. */
function workersFor(maxConnections: number): number {
  return Math.ceil(maxConnections / sessionsPerWorker);
}

export function routeOf(work: PlannedWork, { maxConnections, rate, invocationSeconds }: RouteSetting): Route {
  const { batched, isInOnePlace, others } = work;
  if (batched.files + others === 0) return { route: 'finish', workers: 1 };
  const workers = workersFor(maxConnections);
  const alone = expectedSeconds(batched, rate) / maxConnections;
  const isSmall =
    isInOnePlace && batched.files <= mostFilesOfBatch && (workers === 1 || alone <= invocationSeconds);
  return isSmall ? { route: 'small', workers: 1 } : { route: 'bulk', workers };
}

/** A smaller file is not worth cutting: its slices would be single parts (s3/part-size.ts). */
export const leastBigBytes = 16 * 1024 * 1024;

/** A file that takes more of an invocation than this may not end in one that begins it late, or is slower than expected. */
const bigShare = 1 / 3;

/** Whether the file goes by slices, over several invocations. One whose size is not listed does not. */
export function isBig(
  sizeBytes: number | undefined,
  { rate, invocationSeconds }: Pick<RouteSetting, 'rate' | 'invocationSeconds'>,
): boolean {
  if (sizeBytes === undefined || sizeBytes < leastBigBytes) return false;
  return expectedSeconds({ files: 1, bytes: sizeBytes }, rate) > invocationSeconds * bigShare;
}
