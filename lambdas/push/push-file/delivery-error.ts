import { ZodError } from 'zod';
import { CircuitOpenError } from '../../connections/connection-errors.ts';
import { ftpsErrorPolicies } from '../../core/connection/ftps-error-policies.ts';
import {
  busyRetrySeconds,
  circuitRetrySeconds,
  decideAfterTry,
  decideAfterUncountedFailure,
  type RetryOrDeadLetter,
} from '../../core/delivery/delivery-retry.ts';
import type { FailedTryFacts } from '../../core/delivery/delivery-step.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import { SourceError } from '../../ftps/transfer/upload.ts';
import { DeliveryLeaseLostError } from '../../ledger/entries/delivery-entries.ts';
import { ItemRefusedError } from '../../ledger/write-item.ts';
import { PartnerError } from '../../partners/partner-error.ts';
import type { ErrorAction } from '../../runtime/queue-handler.ts';
import { StorageError } from '../../s3/storage-error.ts';
import type { FailedDelivery } from '../push-events.ts';
import { DeliveryBusyError } from './held-delivery.ts';
import { TargetExistsError } from './target-exists.ts';
import { UploadStuckError } from './upload-progress.ts';

/** The error code of a failed try, as the ledger and the event `push.failed` have it. */
export function deliveryError(error: unknown): string {
  const kind = deliveryErrorKind(error);
  if (kind !== undefined) return kind;
  if (error instanceof PartnerError) return error.error;
  return error instanceof StorageError || error instanceof SourceError || error instanceof ItemRefusedError
    ? 'storage'
    : 'internal';
}

/** Whether S3 or the table refuses this one object, whatever it does with others. */
export function concernsOneObject(error: unknown): boolean {
  if (error instanceof SourceError) return concernsOneObject(error.cause);
  if (error instanceof StorageError) return error.kind === 'object-refused';
  return error instanceof ItemRefusedError;
}

/** The code as far as it decides what a failed try means; undefined for an error on our side. */
export function deliveryErrorKind(error: unknown): FailedTryFacts['error'] {
  if (error instanceof FtpsError) return error.kind;
  if (error instanceof TargetExistsError) return 'target-exists';
  if (error instanceof DeliveryLeaseLostError) return 'lease-lost';
  return error instanceof UploadStuckError ? 'upload-stuck' : undefined;
}

type TryStage = 'opening-session' | 'delivering';

interface FailedTry {
  readonly cause: unknown;
  readonly tries: number;
  readonly stage: TryStage;
}

/** A try of a delivery that failed and was recorded; `cause` is its error. */
export class DeliveryTryError extends Error {
  override readonly name = 'DeliveryTryError';
  /** How often this version has been tried, this time included. */
  readonly tries: number;
  /** How far the try came. Without a session, the next files would not get one either. */
  readonly stage: TryStage;

  constructor(message: string, { cause, tries, stage }: FailedTry) {
    super(message, { cause });
    this.tries = tries;
    this.stage = stage;
  }
}

/**
 * What follows an error of pushFile. A message that is not a delivery, or names a flow that is not deployed,
 * goes to the dead-letter queue at once, and its group continues; so does one whose object the table cannot
 * record. An error of one file or object blocks later versions of it only; any other error blocks the group.
 * @param received how often the message was received; used for an error that came before tries could be
 * counted.
 */
export function afterFailure(received: number, error: unknown): ErrorAction {
  const isUnknown = error instanceof PartnerError && /^(partner|flow)-unknown$/.test(error.error);
  if (isUnknown || error instanceof ZodError || error instanceof ItemRefusedError)
    return { kind: 'dead-letter', error };
  if (error instanceof CircuitOpenError) return waitFor(circuitRetrySeconds(error.waitMs));
  if (error instanceof FtpsError && error.kind === 'partner-busy') return waitFor(busyRetrySeconds);
  if (error instanceof DeliveryBusyError || error instanceof DeliveryLeaseLostError)
    return { kind: 'retry', delaySeconds: busyRetrySeconds, blocks: 'same-order-key' };
  if (!(error instanceof DeliveryTryError))
    return toErrorAction(decideAfterUncountedFailure(received), 'group', error);
  const kind = error.cause instanceof FtpsError ? error.cause.kind : undefined;
  const isFileError =
    concernsOneObject(error.cause) ||
    (error.stage === 'delivering' && kind !== undefined && ftpsErrorPolicies[kind].scope === 'file');
  return toErrorAction(decideAfterTry(error.tries, kind), isFileError ? 'same-order-key' : 'group', error);
}

/** Nothing was sent to the partner, so no try counts, however often this happens. */
function waitFor(delaySeconds: number): ErrorAction {
  return { kind: 'retry', delaySeconds, blocks: 'group' };
}

function toErrorAction(
  next: RetryOrDeadLetter,
  blocks: 'group' | 'same-order-key',
  error: unknown,
): ErrorAction {
  return next.kind === 'retry'
    ? { kind: 'retry', delaySeconds: next.seconds, blocks }
    : { kind: 'dead-letter', error };
}

/** Why a delivery went to the dead-letter queue, for the event `push.failed`. */
export function toDeadLetterReason(error: unknown): FailedDelivery {
  const cause = error instanceof DeliveryTryError ? error.cause : error;
  const message = error instanceof Error ? error.message : String(error);
  return { outcome: 'dead-letter', error: deliveryError(cause), message };
}
