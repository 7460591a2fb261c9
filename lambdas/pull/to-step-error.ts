import { ftpsErrorPolicies } from '../core/connection/ftps-error-policies.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { SinkError } from '../ftps/transfer/download.ts';
import { FencedError } from '../ledger/entries/file-entries.ts';
import { LeaseLostError } from '../ledger/runs/lease.ts';
import { PartnerError } from '../partners/partner-error.ts';
import type { StepErrorDetails } from '../runtime/step-error.ts';
import { StorageError } from '../s3/storage-error.ts';

/**
 * How the workflow sees what a step of the pull threw. An unknown error is `internal`, and the step is
 * retried.
 */
export function toStepError(error: unknown): StepErrorDetails {
  if (error instanceof SinkError) return toStepError(error.cause);
  if (error instanceof FtpsError) {
    return { retryable: ftpsErrorPolicies[error.kind].retryable, error: error.kind, message: error.message };
  }
  if (error instanceof PartnerError) return { retryable: false, error: error.error, message: error.message };
  if (error instanceof LeaseLostError || error instanceof FencedError) {
    return { retryable: false, error: 'superseded', message: error.message };
  }
  if (error instanceof StorageError) return { retryable: true, error: 'storage', message: error.message };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { retryable: true, error: 'internal', message };
}
