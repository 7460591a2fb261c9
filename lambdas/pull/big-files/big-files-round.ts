import { setTimeout as sleep } from 'node:timers/promises';
import type { OutcomeLine } from '../../contract/documents/outcome-documents.ts';
import type { Slice } from '../../contract/workflow.ts';
import { retryByPolicy } from '../../core/run/retry-by-policy.ts';
import type { StepLog } from '../../runtime/log.ts';
import type { SharedProgress } from '../progress.ts';
import { RecordingPool } from '../recording-pool.ts';
import { SharedLinesWriter } from '../shared-lines-writer.ts';
import { type FileError, FileErrorLog, toFileError } from '../transfer-file/file-error.ts';
import { advanceBigFile, type BigFileResult, failBigFile, interruptBigFile } from './advance-big-file.ts';
import type { BigFileContext } from './big-file-context.ts';
import type { OpenBigFile } from './big-file-state.ts';
import { type BigFileTransfer, bigFileTransfer } from './big-file-transfer.ts';

export interface BigFilesRoundOptions {
  readonly context: BigFileContext;
  readonly outcomesKey: string;
  readonly slicesKey: string;
  readonly progress: SharedProgress;
  readonly log: StepLog;
}

/**
 * Advances the big files of one round, several at the same time, and collects their outcomes and slices. Call
 * `commit` after the last file.
 */
export class BigFilesRound implements AsyncDisposable {
  readonly #options: BigFilesRoundOptions;
  readonly #outcomes: SharedLinesWriter<OutcomeLine>;
  readonly #slices: SharedLinesWriter<Slice>;
  readonly #errors: FileErrorLog;
  readonly #open: OpenBigFile[] = [];
  #sliceCount = 0;

  constructor(options: BigFilesRoundOptions) {
    const { context, outcomesKey, slicesKey, log } = options;
    this.#options = options;
    this.#outcomes = new SharedLinesWriter(context.runs, outcomesKey);
    this.#slices = new SharedLinesWriter(context.runs, slicesKey);
    this.#errors = new FileErrorLog(log);
  }

  /** Files that have no outcome after this round. */
  get open(): readonly OpenBigFile[] {
    return this.#open;
  }

  get sliceCount(): number {
    return this.#sliceCount;
  }

  get failedCount(): number {
    return this.#errors.count;
  }

  /** @throws FtpsError, StorageError, FencedError that concern more than this file. */
  async advance(file: OpenBigFile): Promise<void> {
    const { context, progress } = this.#options;
    const begunAt = file.begunAt ?? context.now().toISOString();
    const result = await advanceWithRetries({ ...file, begunAt }, context);
    if (result.kind === 'open') {
      this.#open.push(result.file);
      this.#sliceCount += result.slices.length;
      for (const slice of result.slices) await this.#slices.add(slice);
      return;
    }
    progress.add({ files: 1 });
    const { outcome } = result;
    if (outcome.kind === 'failed') this.#errors.add(outcome);
    const endedAt = context.now();
    const seconds = Math.max(0, endedAt.getTime() - Date.parse(begunAt)) / 1000;
    await this.#outcomes.add({ ...outcome, at: endedAt.toISOString(), seconds });
  }

  /** Publishes the outcomes, then the slices. @throws StorageError */
  async commit(): Promise<void> {
    await this.#outcomes.commit();
    await this.#slices.commit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#outcomes[Symbol.asyncDispose]();
    await this.#slices[Symbol.asyncDispose]();
  }
}

/**
 * An error that remains becomes the file's outcome; an error that every other file would meet too is thrown.
 */
async function advanceWithRetries(file: OpenBigFile, context: BigFileContext): Promise<BigFileResult> {
  const pool = new RecordingPool(context.pool);
  const transfer = bigFileTransfer(file.action, { ...context, pool });
  const result = await retryByPolicy({
    attempt: () => attemptToAdvance(file, transfer, context.deadline.signal),
    evaluate: (last) => (last.kind === 'error' && last.cause.retryable ? 'retry' : 'stop'),
    sleep,
  });
  if (result.kind !== 'error') return result;
  return failBigFile(file, transfer, { ...result.cause, transcript: pool.transcript });
}

interface FailedAttempt {
  readonly kind: 'error';
  readonly cause: FileError;
}

async function attemptToAdvance(
  file: OpenBigFile,
  transfer: BigFileTransfer,
  signal: AbortSignal,
): Promise<BigFileResult | FailedAttempt> {
  try {
    return await advanceBigFile(file, transfer);
  } catch (error) {
    if (signal.aborted) return interruptBigFile(file, transfer);
    const cause = toFileError(error);
    if (cause === undefined) throw error;
    return { kind: 'error', cause };
  }
}
