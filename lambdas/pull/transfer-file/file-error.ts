import { ftpsErrorPolicies } from '../../core/connection/ftps-error-policies.ts';
import type { FileErrorKind } from '../../core/plan/outcome.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import { SinkError } from '../../ftps/transfer/download.ts';
import { RecordConflictError } from '../../ledger/entries/file-entries.ts';
import type { StepLog } from '../../runtime/log.ts';
import { StorageError } from '../../s3/storage-error.ts';
import { isRefusal } from '../refusal.ts';
import { ForeignObjectError } from './object-ownership.ts';

/** An error of one file, in the words of its outcome. */
export interface FileError {
  readonly error: FileErrorKind;
  readonly message: string;
  /** Whether a retry may succeed. */
  readonly retryable: boolean;
}

/**
 * Translates what a transfer threw. Undefined for an error that every other file would meet too: throw it
 * again, it ends the step.
 */
export function toFileError(error: unknown): FileError | undefined {
  if (error instanceof SinkError) return toFileError(error.cause);
  if (error instanceof FtpsError) {
    const { scope, retryable } = ftpsErrorPolicies[error.kind];
    return scope === 'file' ? { error: error.kind, message: error.message, retryable } : undefined;
  }
  if (error instanceof ForeignObjectError) {
    return { error: 'foreign-object', message: error.message, retryable: false };
  }
  if (error instanceof StorageError && error.kind === 'conflict') {
    return { error: 'storage', message: error.message, retryable: true };
  }
  // Another run has replaced the object. The next attempt adopts what is there, if the partner has it still.
  if (error instanceof RecordConflictError) {
    return { error: 'storage', message: error.message, retryable: true };
  }
  if (isRefusal(error)) return { error: 'storage', message: error.message, retryable: false };
  return undefined;
}

/** Lines per invocation: a partner that refuses a million files must not flood the log. */
const maxLines = 50;

/** Logs the files that fail in one invocation, a warning each up to a limit, and counts all of them. */
export class FileErrorLog {
  readonly #log: StepLog;
  #count = 0;

  constructor(log: StepLog) {
    this.#log = log;
  }

  get count(): number {
    return this.#count;
  }

  add({ path, error, message }: { readonly path: string; readonly error: string; readonly message: string }) {
    this.#count += 1;
    if (this.#count <= maxLines) this.#log.warn(message, { path, error });
    if (this.#count === maxLines + 1) {
      this.#log.warn(
        `More than ${maxLines} files failed; the others are not logged. The run's report counts them, and its outcomes list them all.`,
      );
    }
  }
}
