import { ZodError } from 'zod';
import { CircuitOpenError } from '../connections/connection-errors.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { SourceError } from '../ftps/upload.ts';
import { PartnerError } from '../partners/partner-error.ts';
import type { AfterFailure } from '../runtime/queue-handler.ts';
import type { StepFault } from '../runtime/step-fault.ts';
import { StorageError } from '../s3/storage-error.ts';
import {
  type AfterTry,
  afterTry,
  afterUncounted,
  whileBusySeconds,
  whileCircuitOpen,
} from '../sync/delivery-retry.ts';
import { faultPolicies } from '../sync/retry.ts';
import type { PushFailure } from './tell-failed.ts';
import { UploadStuckError } from './upload-progress.ts';

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
  if (error instanceof UploadStuckError) return 'upload-stuck';
  return error instanceof StorageError || error instanceof SourceError ? 'storage' : 'internal';
}

type TryStage = 'opening-session' | 'delivering';

interface FailedTry {
  readonly cause: unknown;
  readonly tries: number;
  readonly stage: TryStage;
}

/** A try of a delivery that failed and is recorded; its `cause` says of what. */
export class DeliveryTryError extends Error {
  override readonly name = 'DeliveryTryError';
  /** How often this version has been tried, this time included. */
  readonly tries: number;
  /** How far it came: without a session, the next files would not get one either, whatever the reason. */
  readonly stage: TryStage;

  constructor(message: string, { cause, tries, stage }: FailedTry) {
    super(message, { cause });
    this.tries = tries;
    this.stage = stage;
  }
}

/**
 * What follows a failure. What is no delivery, or names a flow that is no longer there, will not get better: it goes to the dead
 * letters at once, and its group goes on.
 * @param received how often the message was received, for a failure that came before its tries could be counted.
 */
export function afterFailure(received: number, error: unknown): AfterFailure {
  const isUnknown = error instanceof PartnerError && /^(partner|flow)-unknown$/.test(error.fault);
  if (isUnknown || error instanceof ZodError) return { kind: 'give-up', error };
  if (error instanceof CircuitOpenError) return untried(whileCircuitOpen(error.waitMs));
  if (error instanceof FtpsError && error.kind === 'partner-busy') return untried(whileBusySeconds);
  if (!(error instanceof DeliveryTryError)) return verdict(afterUncounted(received), 'group', error);
  const fault = error.cause instanceof FtpsError ? error.cause.kind : undefined;
  // What is wrong with one file keeps back that file's later versions; what is wrong with the partner would meet the others too.
  const isOfFile =
    error.stage === 'delivering' && fault !== undefined && faultPolicies[fault].scope === 'file';
  return verdict(afterTry(error.tries, fault), isOfFile ? 'same-order' : 'group', error);
}

/** Nothing was sent to the partner, so that this is no try, however often it comes. */
function untried(seconds: number): AfterFailure {
  return { kind: 'again', seconds, holds: 'group' };
}

function verdict(next: AfterTry, holds: 'group' | 'same-order', error: unknown): AfterFailure {
  return next.kind === 'again' ? { ...next, holds } : { ...next, error };
}

/** What the event of a delivery that was given up says of why. */
export function givenUp(error: unknown): PushFailure {
  const cause = error instanceof DeliveryTryError ? error.cause : error;
  const message = error instanceof Error ? error.message : String(error);
  return { end: 'dead-letter', fault: deliveryFault(cause), message };
}
