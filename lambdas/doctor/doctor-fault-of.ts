import { PartnerError } from '../partners/partner-error.ts';
import type { StepFault } from '../runtime/step-fault.ts';

/** Puts what the doctor threw into the workflow's words. Nothing is tried again: a person waits, and can ask once more. */
export function doctorFaultOf(error: unknown): StepFault {
  if (error instanceof PartnerError) return { again: false, fault: error.fault, message: error.message };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { again: false, fault: 'internal', message };
}
