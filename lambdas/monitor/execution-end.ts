import type { ExecutionEnd } from '../runtime/executions.ts';
import { describeError } from '../runtime/step-error.ts';

/** A cause may have 32 KiB; what matters is at its beginning. */
const maxCauseLength = 400;

/** How an execution ended, as a sentence whose subject is 'it'. */
export function endText({ status, error, cause, endedAt }: ExecutionEnd): string {
  const at = endedAt === undefined ? '' : ` at ${endedAt.toISOString()}`;
  const why = causeText(error, cause);
  switch (status) {
    case 'TIMED_OUT':
      return `Step Functions stopped it${at} after the limit of 24 hours (TIMED_OUT${why}).`;
    case 'ABORTED':
      return `It was aborted${at} (ABORTED${why}).`;
    case 'FAILED':
      return `It failed${at} (FAILED${why}).`;
    case 'SUCCEEDED':
      return `It ended${at} without recording a result (SUCCEEDED).`;
    case 'UNKNOWN':
      return 'Step Functions no longer knows it.';
  }
  return status satisfies never;
}

function causeText(error: string, cause: string): string {
  if (cause === '') return error === '' ? '' : `, ${error}`;
  // StopExecution takes a cause without an error.
  const text = error === '' ? cause : describeError({ Error: error, Cause: cause }).message;
  return `, ${text.slice(0, maxCauseLength)}`;
}
