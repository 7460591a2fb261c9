import { setTimeout as sleep } from 'node:timers/promises';
import type { TransferAction } from '../../contract/documents/plan-documents.ts';
import type { Outcome } from '../../core/plan/outcome.ts';
import { retryByPolicy } from '../../core/run/retry-by-policy.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import type { Pool } from '../../ftps/session/pool.ts';
import { RecordingPool } from '../recording-pool.ts';
import { type FileError, toFileError } from './file-error.ts';
import { recordFailed, type TransferScope } from './record-outcome.ts';
import { type TransferDependencies, transferFile } from './transfer-file.ts';

/** The result of one invocation's work on a file. */
export type FileResult =
  /** `seconds`: since the file first had a session; undefined where it had none. */
  | { readonly kind: 'ended'; readonly outcome: Outcome; readonly seconds: number | undefined }
  /** The deadline came first: while a session worked on the file, or while it waited for one. */
  | { readonly kind: 'interrupted'; readonly while: 'transferring' | 'waiting' }
  /** Other flows use all connections of the partner. */
  | { readonly kind: 'partner-busy' };

/**
 * Transfers one file, with retries. An error that remains becomes the file's outcome; an error that every
 * other file would meet too is thrown.
 * @throws FtpsError, StorageError, FencedError
 */
export async function tryFile(
  action: TransferAction,
  scope: TransferScope,
  dependencies: TransferDependencies,
): Promise<FileResult> {
  const { signal, now } = dependencies;
  let firstSession: Date | undefined;
  const recorder = new RecordingPool(dependencies.pool);
  const pool: Pick<Pool, 'use'> = {
    use: (work) =>
      recorder.use((session) => {
        firstSession ??= now();
        return work(session);
      }),
  };
  const attempt = async (): Promise<FileResult | FailedAttempt> => {
    try {
      return ended(await transferFile(action, scope, { ...dependencies, pool }));
    } catch (error) {
      if (signal.aborted)
        return { kind: 'interrupted', while: firstSession === undefined ? 'waiting' : 'transferring' };
      if (error instanceof FtpsError && error.kind === 'partner-busy') return { kind: 'partner-busy' };
      const cause = toFileError(error);
      if (cause === undefined) throw error;
      return { kind: 'error', cause };
    }
  };
  const ended = (outcome: Outcome): FileResult => {
    const seconds =
      firstSession === undefined ? undefined : Math.max(0, now().getTime() - firstSession.getTime()) / 1000;
    return { kind: 'ended', outcome, seconds };
  };

  const result = await retryByPolicy({
    attempt,
    evaluate: (last) => (last.kind === 'error' && last.cause.retryable ? 'retry' : 'stop'),
    sleep,
  });
  if (result.kind !== 'error') return result;
  const { transcript } = recorder;
  return ended(await recordFailed(action, { ...result.cause, transcript }, scope, dependencies));
}

interface FailedAttempt {
  readonly kind: 'error';
  readonly cause: FileError;
}
