import { SinkError } from '../ftps/download.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { StorageError } from '../s3/storage-error.ts';
import type { FileFault } from '../sync/outcome.ts';
import { faultPolicies } from '../sync/retry.ts';
import { ObjectNotOursError } from './object-not-ours.ts';

/** What went wrong with one file, as its outcome tells it. */
export interface FileProblem {
  readonly fault: FileFault;
  readonly message: string;
  readonly again: boolean;
}

/** Undefined where it is not the file's own: then every other file would meet the same, and the step must end. */
export function fileProblemOf(error: unknown): FileProblem | undefined {
  if (error instanceof SinkError) return fileProblemOf(error.cause);
  if (error instanceof FtpsError) {
    const { scope, again } = faultPolicies[error.kind];
    return scope === 'file' ? { fault: error.kind, message: error.message, again } : undefined;
  }
  if (error instanceof ObjectNotOursError) {
    return { fault: 'object-not-ours', message: error.message, again: false };
  }
  if (error instanceof StorageError && error.fault === 'conflict') {
    return { fault: 'storage', message: error.message, again: true };
  }
  return undefined;
}
