import { type Amount, expectedSeconds, type TransferRate } from './transfer-rate.ts';

/** A range of consecutive lines of one manifest document, and the files that they transfer. */
export interface ManifestRange extends Amount {
  /** The number of the document. */
  readonly document: number;
  readonly offset: number;
  readonly length: number;
}

/** The maximum size of a range. A single line may exceed it, because it cannot be split. */
export interface RangeLimits {
  /** Expected session seconds: the sum over all sessions. */
  readonly seconds: number;
  readonly files: number;
}

/** The maximum number of files of a batch: its outcomes are held in memory as one document. */
export const maxFilesPerBatch = 10_000;

/**
 * The maximum duration of a batch: a worker that dies loses little, and all workers end at about the same
 * time.
 */
const maxBatchSeconds = 8 * 60;

/**
 * The plan is first cut into pieces, this many per batch. The best size of a batch is known only once the
 * plan is complete; pieces are then joined into batches.
 */
const piecesPerBatch = 8;

/** Batches per worker, so that no worker with slow files keeps the others waiting at the end. */
const batchesPerWorker = 3;

export interface WorkerSetting {
  /** Sessions per worker. */
  readonly sessions: number;
  readonly invocationSeconds: number;
}

/** The maximum size of a piece of a plan that is not complete yet. */
export function pieceLimits(worker: WorkerSetting): RangeLimits {
  return { seconds: maxSeconds(worker) / piecesPerBatch, files: maxFilesPerBatch / piecesPerBatch };
}

/**
 * The maximum size of a batch: half an invocation's work, or less if that leaves workers idle.
 * @param whole the expected session seconds of the whole plan, and the number of workers.
 */
export function batchLimits(
  whole: { readonly seconds: number; readonly workers: number },
  worker: WorkerSetting,
): RangeLimits {
  const fair = whole.seconds / (whole.workers * batchesPerWorker);
  const seconds = Math.min(maxSeconds(worker), Math.max(fair, pieceLimits(worker).seconds));
  return { seconds, files: maxFilesPerBatch };
}

function maxSeconds({ sessions, invocationSeconds }: WorkerSetting): number {
  return sessions * Math.min(maxBatchSeconds, invocationSeconds / 2);
}

/** Joins consecutive lines or pieces into ranges up to the limits. */
export class RangeJoiner {
  readonly #limits: RangeLimits;
  readonly #rate: TransferRate;
  #open: ManifestRange | undefined;

  constructor(limits: RangeLimits, rate: TransferRate) {
    this.#limits = limits;
    this.#rate = rate;
  }

  /**
   * Adds a range. Returns the range that is complete because this one does not fit into it; undefined
   * otherwise.
   */
  add(next: ManifestRange): ManifestRange | undefined {
    const open = this.#open;
    const joined = open === undefined ? next : join(open, next);
    if (joined !== undefined && (open === undefined || this.#fits(joined))) {
      this.#open = joined;
      return undefined;
    }
    this.#open = next;
    return open;
  }

  /** The last range; undefined if nothing was added since the last complete one. */
  end(): ManifestRange | undefined {
    const open = this.#open;
    this.#open = undefined;
    return open;
  }

  #fits(range: ManifestRange): boolean {
    return range.files <= this.#limits.files && expectedSeconds(range, this.#rate) <= this.#limits.seconds;
  }
}

/** Undefined if they are not consecutive in one document. */
function join(first: ManifestRange, second: ManifestRange): ManifestRange | undefined {
  if (first.document !== second.document || first.offset + first.length !== second.offset) return undefined;
  return {
    document: first.document,
    offset: first.offset,
    length: first.length + second.length,
    files: first.files + second.files,
    bytes: first.bytes + second.bytes,
  };
}
