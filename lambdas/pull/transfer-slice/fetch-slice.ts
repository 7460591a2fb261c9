import { setTimeout as sleep } from 'node:timers/promises';
import { ftpsErrorPolicies } from '../../core/connection/ftps-error-policies.ts';
import { type RetryDecision, retryByPolicy } from '../../core/run/retry-by-policy.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import { SinkError } from '../../ftps/transfer/download.ts';
import { RestOffsetError, RestRefusedError } from '../../ftps/transfer/download-range.ts';
import type { Deadline } from '../../runtime/deadline.ts';
import { type FileError, toFileError } from '../transfer-file/file-error.ts';
import type { SliceDownload } from './slice-download.ts';

export type SliceResult =
  /** No part is missing; or the file has changed or the upload is gone, which BigFiles finds out itself. */
  | { readonly kind: 'done' }
  /** Another invocation continues. */
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'failed'; readonly cause: FileError };

export interface SliceInvocation {
  readonly deadline: Deadline;
  readonly round: number;
}

/**
 * Fetches a slice with retries, as far as the invocation has time. An attempt that sent a part counts as
 * progress.
 * @throws what concerns more than this file; FtpsError `partner-busy` only where no part was sent.
 */
export async function fetchSlice(fetch: SliceDownload, invocation: SliceInvocation): Promise<SliceResult> {
  const result = await retryByPolicy({
    attempt: () => attemptToFetch(fetch, invocation),
    evaluate: (last) => (last.kind === 'error' ? evaluateError(last) : 'stop'),
    sleep,
  });
  if (result.kind !== 'error') return result;
  const cause = toSliceError(result.error);
  if (cause === undefined) throw result.error;
  return { kind: 'failed', cause };
}

interface FailedAttempt {
  readonly kind: 'error';
  readonly error: unknown;
  readonly hasProgress: boolean;
}

async function attemptToFetch(
  fetch: SliceDownload,
  invocation: SliceInvocation,
): Promise<SliceResult | FailedAttempt> {
  const sentBefore = fetch.partsSent;
  try {
    while ((await fetch.next()) === 'more') {
      if (!fetch.hasTimeForPart()) return atDeadline(fetch, invocation);
    }
    return { kind: 'done' };
  } catch (error) {
    if (invocation.deadline.signal.aborted) return atDeadline(fetch, invocation);
    const isPartnerBusy = error instanceof FtpsError && error.kind === 'partner-busy';
    if (isPartnerBusy && fetch.partsSent === 0) throw error;
    if (isPartnerBusy) return { kind: 'interrupted' };
    return { kind: 'error', error, hasProgress: fetch.partsSent > sentBefore };
  }
}

/**
 * A session that was closed to stop a transfer may still count at the server for a moment: that passes too.
 */
function evaluateError({ error, hasProgress }: FailedAttempt): RetryDecision {
  const isRetryable =
    !isRestError(error) &&
    (error instanceof SinkError || (error instanceof FtpsError && ftpsErrorPolicies[error.kind].retryable));
  if (!isRetryable) return 'stop';
  return hasProgress ? 'retry-afresh' : 'retry';
}

function toSliceError(error: unknown): FileError | undefined {
  if (isRestError(error)) return { error: 'wrong-size', message: error.message, retryable: false };
  return toFileError(error);
}

function isRestError(error: unknown): error is RestOffsetError | RestRefusedError {
  return error instanceof RestOffsetError || error instanceof RestRefusedError;
}

/** Invocations for one stream from the file's start; it may have to wait for a session in the first. */
const maxRoundsFromStart = 2;

function atDeadline(fetch: SliceDownload, { round }: SliceInvocation): SliceResult {
  if (fetch.slice.reading === 'from-start') {
    return round + 1 < maxRoundsFromStart ? { kind: 'interrupted' } : failed(tooSlowFromStart, false);
  }
  if (fetch.partsSent > 0 || !fetch.hasHadSession) return { kind: 'interrupted' };
  return failed(noPartInTime, true);
}

function failed(message: string, retryable: boolean): SliceResult {
  return { kind: 'failed', cause: { error: 'deadline-exceeded', message, retryable } };
}

const tooSlowFromStart =
  'The file did not arrive within one invocation of the function, and it cannot be fetched in slices: the server has no REST ' +
  '(RFC 3659, 5), or sends other bytes than REST asks for. Ask the partner to enable REST or to send smaller files.';

const noPartInTime =
  'No part of the file arrived within one invocation of the function: the partner is too slow or does not respond.';
