import { PartnerError } from '../partners/partner-error.ts';
import type { StepFault } from '../runtime/step-fault.ts';
import { StorageError } from '../s3/storage-error.ts';

/** Puts what reconcile threw into the workflow's words. What is not known is ours: `internal`, tried again. */
export function pushFaultOf(error: unknown): StepFault {
  if (error instanceof PartnerError) return { again: false, fault: error.fault, message: error.message };
  if (error instanceof StorageError) return { again: true, fault: 'storage', message: error.message };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { again: true, fault: 'internal', message };
}
