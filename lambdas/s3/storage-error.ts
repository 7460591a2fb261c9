/**
 * - `conflict`: something else is at the key, or came there meanwhile.
 * - `missing`: no such object. (A bucket that is not there is `refused`: it would make every object look missing.)
 * - `refused`: storage said no, or could not; the cause says why.
 */
export type StorageFault = 'conflict' | 'missing' | 'refused';

/** Thrown by everything in this folder. The message names bucket and key. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly fault: StorageFault;

  constructor(fault: StorageFault, message: string, cause: unknown) {
    super(message, { cause });
    this.fault = fault;
  }
}

const conflictNames = new Set(['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchUpload']);
const missingNames = new Set(['NoSuchKey', 'NotFound']);

/** Puts what the S3 client threw into our words; `what` is the attempt: 'put inbox/acme/a.csv'. */
export function storageError(what: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause;
  const name = cause instanceof Error ? cause.name : '';
  const fault = conflictNames.has(name) ? 'conflict' : missingNames.has(name) ? 'missing' : 'refused';
  const said = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new StorageError(fault, `Could not ${what}: ${said}`, cause);
}
