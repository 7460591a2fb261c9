import { PartnerError } from '../../partners/partner-error.ts';
import type { StepErrorDetails } from '../../runtime/step-error.ts';
import { StorageError } from '../../s3/storage-error.ts';

/** Classifies what reconcile threw for the workflow. An unknown error is `internal`, and is retried. */
export function toStepError(error: unknown): StepErrorDetails {
  if (error instanceof PartnerError) return { retryable: false, error: error.error, message: error.message };
  if (error instanceof StorageError) return { retryable: true, error: 'storage', message: error.message };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { retryable: true, error: 'internal', message };
}
