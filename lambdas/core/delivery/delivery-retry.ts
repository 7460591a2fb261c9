import type { FtpsErrorKind } from '../connection/ftps-error-kind.ts';
import { ftpsErrorPolicies } from '../connection/ftps-error-policies.ts';
import type { DeliveryLastError } from './delivery-record.ts';

/**
 * Delays between the tries of a delivery, in seconds. They add up to more than an hour, so a partner that is
 * unreachable for an hour gets its files without an operator.
 */
const delaysSeconds = [120, 480, 1200, 2400] as const;

const maxDelaySeconds = 2400;

/** The number of tries after which a delivery goes to the dead-letter queue. */
export const maxTries = delaysSeconds.length + 1;

/**
 * The delay in seconds while other flows use all connections of the partner, and the delivery has already
 * waited for one; or while another worker has the object.
 */
export const busyRetrySeconds = 30;

/**
 * The delay in seconds while the partner's circuit is open, at most the longest delay: a new secret closes
 * the circuit early, and the queue is not notified.
 */
export function circuitRetrySeconds(waitMs: number): number {
  return Math.min(maxDelaySeconds, Math.max(1, Math.ceil(waitMs / 1000)));
}

/** What follows a failed try: another one after a delay, or the dead-letter queue. */
export type RetryOrDeadLetter =
  | { readonly kind: 'retry'; readonly seconds: number }
  | { readonly kind: 'dead-letter' };

/**
 * Decides what follows a failed try. An error that only an operator can cure (a refused login, a wrong
 * certificate) gets the longest delay at once; it is the circuit that protects the account from being locked
 * (circuit.ts).
 * @param tries the number of tries of this version, including this one.
 * @param error undefined for an error on our side.
 */
export function decideAfterTry(tries: number, error: FtpsErrorKind | undefined): RetryOrDeadLetter {
  if (tries >= maxTries) return { kind: 'dead-letter' };
  if (error !== undefined && !ftpsErrorPolicies[error].retryable)
    return { kind: 'retry', seconds: maxDelaySeconds };
  return { kind: 'retry', seconds: delaysSeconds[tries - 1] ?? delaysSeconds[0] };
}

/** The next try as the ledger records it, for `attention`. */
export function nextTryAfter(
  next: RetryOrDeadLetter,
  failedAt: Date,
): Pick<DeliveryLastError, 'nextTryAt' | 'isGivenUp'> {
  return next.kind === 'retry'
    ? { nextTryAt: new Date(failedAt.getTime() + next.seconds * 1000) }
    : { isGivenUp: true };
}

/**
 * The maximum number of receives of a message whose tries cannot be read. A message behind a large object is
 * received once per invocation that the object takes: 300 times for 5 TB at 20 MB/s.
 */
const maxUncountedReceives = 500;

/**
 * Decides what follows an error on our side that happened before the tries could be read. Only the number of
 * receives is known, which includes those while the message waited behind others.
 */
export function decideAfterUncountedFailure(received: number): RetryOrDeadLetter {
  return received >= maxUncountedReceives
    ? { kind: 'dead-letter' }
    : { kind: 'retry', seconds: delaysSeconds[1] };
}

/** A partner that is unreachable for an hour causes five receives without a try. */
const maxUsualReceives = 20;

/**
 * Whether a message was received so often that its function probably dies in each try before it can record an
 * error.
 */
export function isReceivedTooOften(received: number): boolean {
  return received > maxUsualReceives;
}

/** The number of the next try. A delivery that was redriven from the dead-letter queue starts again at 1. */
export function nextTry(triesBefore: number): number {
  return triesBefore >= maxTries ? 1 : triesBefore + 1;
}

/**
 * Errors that another try cannot cure: the delivery is recorded as failed, and does not block the deliveries
 * behind it.
 */
const refusals: ReadonlySet<FtpsErrorKind> = new Set<FtpsErrorKind>([
  'gone',
  'denied',
  'refused',
  'name-refused',
  'no-space',
  'not-supported',
  'cannot-verify',
]);

/** Whether the error is recorded as failed at once, without another try. */
export function isRefusal(error: FtpsErrorKind): boolean {
  return refusals.has(error);
}
