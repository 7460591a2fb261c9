import { S3ServiceException } from '@aws-sdk/client-s3';
import { evaluateStorageRefusal } from '../core/plan/storage-refusal.ts';

/**
 * - `conflict`: the object at the key is not the expected one, or was written at the same time.
 * - `missing`: no such object. A missing bucket is `refused`; otherwise every object would seem to be
 * missing.
 * - `object-refused`: S3 refuses this object, whatever it does with others.
 * - `refused`: any other error of S3; the cause has the details.
 */
export type StorageErrorKind = 'conflict' | 'missing' | 'object-refused' | 'refused';

/** Thrown by everything in this folder. The message names bucket and key. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly kind: StorageErrorKind;

  constructor(kind: StorageErrorKind, message: string, cause: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

const conflictNames = new Set(['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchUpload']);
const missingNames = new Set(['NoSuchKey', 'NotFound']);

/**
 * Classifies an error of the S3 client. A StorageError is returned unchanged.
 * @param attempt a verb phrase for the message: 'put inbox/acme/a.csv'.
 */
export function storageError(attempt: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause;
  const name = cause instanceof Error ? cause.name : '';
  const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  const message = `Could not ${attempt}: ${detail}`;
  if (conflictNames.has(name)) return new StorageError('conflict', message, cause);
  if (missingNames.has(name)) return new StorageError('missing', message, cause);
  const { scope, remedy } = evaluateStorageRefusal(name, httpStatus(cause));
  if (scope === 'bucket') return new StorageError('refused', message, cause);
  return new StorageError(
    'object-refused',
    remedy === '' ? message : `${message.replace(/\.$/, '')}. ${remedy}`,
    cause,
  );
}

function httpStatus(cause: unknown): number | undefined {
  return cause instanceof S3ServiceException ? cause.$metadata.httpStatusCode : undefined;
}
