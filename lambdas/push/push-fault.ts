import { ZodError } from 'zod';
import { FtpsError } from '../ftps/ftps-error.ts';
import { SourceError } from '../ftps/upload.ts';
import { PartnerError } from '../partners/partner-error.ts';
import type { StepFault } from '../runtime/step-fault.ts';
import { StorageError } from '../s3/storage-error.ts';
import { deliveryPauseSeconds } from '../sync/delivery-retry.ts';

/** Puts what reconcile threw into the workflow's words. What is not known is ours: `internal`, tried again. */
export function pushFaultOf(error: unknown): StepFault {
  if (error instanceof PartnerError) return { again: false, fault: error.fault, message: error.message };
  if (error instanceof StorageError) return { again: true, fault: 'storage', message: error.message };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { again: true, fault: 'internal', message };
}

/** One word for what a try of a delivery has failed of, as the ledger keeps it. */
export function deliveryFault(error: unknown): string {
  if (error instanceof FtpsError) return error.kind;
  if (error instanceof PartnerError) return error.fault;
  return error instanceof StorageError || error instanceof SourceError ? 'storage' : 'internal';
}

/**
 * Seconds until the next try of a delivery. What is no delivery, or names a flow that is no longer there, will not get better:
 * without a pause it is soon among the dead letters, and its group goes on.
 */
export function pauseSeconds(tries: number, error: unknown): number {
  const isUnknown = error instanceof PartnerError && /^(partner|flow)-unknown$/.test(error.fault);
  if (isUnknown || error instanceof ZodError) return 0;
  return deliveryPauseSeconds(tries, error instanceof FtpsError ? error.kind : undefined);
}
