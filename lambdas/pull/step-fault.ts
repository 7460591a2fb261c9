import { SinkError } from '../ftps/download.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { FencedError } from '../ledger/file-entries.ts';
import { LeaseLostError } from '../ledger/lease.ts';
import { PartnerError } from '../partners/partner-error.ts';
import type { StepFault } from '../runtime/step-fault.ts';
import { StorageError } from '../s3/storage-error.ts';
import { faultPolicies } from '../sync/retry.ts';

/** Puts what a step threw into the workflow's words. What is not known is ours: `internal`, tried again. */
export function stepFaultOf(error: unknown): StepFault {
  if (error instanceof SinkError) return stepFaultOf(error.cause);
  if (error instanceof FtpsError) {
    return { again: faultPolicies[error.kind].again, fault: error.kind, message: error.message };
  }
  if (error instanceof PartnerError) return { again: false, fault: error.fault, message: error.message };
  if (error instanceof LeaseLostError || error instanceof FencedError) {
    return { again: false, fault: 'replaced-by-newer-run', message: error.message };
  }
  if (error instanceof StorageError) return { again: true, fault: 'storage', message: error.message };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { again: true, fault: 'internal', message };
}
