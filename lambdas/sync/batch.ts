import { type Amount, expectedSeconds, type TransferRate } from './expected-time.ts';

/** Neighbouring lines of one document of the manifest: where they begin, how many bytes they are, and what they move. */
export interface ManifestShare extends Amount {
  /** Which document, by its number. */
  readonly document: number;
  readonly offset: number;
  readonly length: number;
}

/** How much a share may be at most. One line may be more, since it cannot be cut. */
export interface ShareLimits {
  /** Expected, of all sessions together. */
  readonly seconds: number;
  readonly files: number;
}

/** More files than this make no batch, whatever the time they take: its outcomes are held as one document. */
export const mostFilesOfBatch = 10_000;

/** So that a worker that dies loses little, and that workers which began at different times end together. */
const longestBatchSeconds = 8 * 60;

/** The plan is first cut into so many pieces a batch: what is best is known only when all of it is there, and pieces can be joined. */
const piecesPerBatch = 8;

/** Batches for each worker, so that one with slow files does not keep all others waiting at the end. */
const batchesPerWorker = 3;

export interface WorkerSetting {
  /** Sessions of one worker. */
  readonly sessions: number;
  readonly invocationSeconds: number;
}

/** How much a piece of a plan may be that is still being made. */
export function pieceLimits(worker: WorkerSetting): ShareLimits {
  return { seconds: longest(worker) / piecesPerBatch, files: mostFilesOfBatch / piecesPerBatch };
}

/** How much a batch may be: no more than half an invocation's work, and less where more workers could have a share of the whole. */
export function batchLimits(
  whole: { readonly seconds: number; readonly workers: number },
  worker: WorkerSetting,
): ShareLimits {
  const fair = whole.seconds / (whole.workers * batchesPerWorker);
  const seconds = Math.min(longest(worker), Math.max(fair, pieceLimits(worker).seconds));
  return { seconds, files: mostFilesOfBatch };
}

function longest({ sessions, invocationSeconds }: WorkerSetting): number {
  return sessions * Math.min(longestBatchSeconds, invocationSeconds / 2);
}

/** Joins neighbouring lines or pieces, in the order in which they come, until they are as much as a share may be. */
export class ShareJoiner {
  readonly #limits: ShareLimits;
  readonly #rate: TransferRate;
  #open: ManifestShare | undefined;

  constructor(limits: ShareLimits, rate: TransferRate) {
    this.#limits = limits;
    this.#rate = rate;
  }

  /** The share that had to end before this one. */
  add(next: ManifestShare): ManifestShare | undefined {
    const open = this.#open;
    const joined = open === undefined ? next : join(open, next);
    if (joined !== undefined && (open === undefined || this.#fits(joined))) {
      this.#open = joined;
      return undefined;
    }
    this.#open = next;
    return open;
  }

  /** The last share; undefined where there was nothing. */
  end(): ManifestShare | undefined {
    const open = this.#open;
    this.#open = undefined;
    return open;
  }

  #fits(share: ManifestShare): boolean {
    return share.files <= this.#limits.files && expectedSeconds(share, this.#rate) <= this.#limits.seconds;
  }
}

/** Undefined where they do not stand side by side in one document. */
function join(first: ManifestShare, second: ManifestShare): ManifestShare | undefined {
  if (first.document !== second.document || first.offset + first.length !== second.offset) return undefined;
  return {
    document: first.document,
    offset: first.offset,
    length: first.length + second.length,
    files: first.files + second.files,
    bytes: first.bytes + second.bytes,
  };
}
