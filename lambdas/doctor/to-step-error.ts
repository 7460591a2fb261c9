import { FtpsError } from '../ftps/ftps-error.ts';
import { PartnerError } from '../partners/partner-error.ts';
import type { StepErrorDetails } from '../runtime/step-error.ts';

/**
 * How the workflow sees what the doctor threw. Nothing is retryable: a person is waiting, and can run the
 * doctor again.
 */
export function toStepError(error: unknown): StepErrorDetails {
  if (error instanceof PartnerError) return { retryable: false, error: error.error, message: error.message };
  if (error instanceof FtpsError) return { retryable: false, error: error.kind, message: error.message };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { retryable: false, error: 'internal', message };
}
