import type { ExecutionEnd } from '../runtime/executions.ts';
import { problemOf } from '../runtime/step-problem.ts';

/** A cause may be 32 KiB long, and what matters stands at its beginning. */
const longestCause = 400;

/** What Step Functions says of the end of an execution, as a sentence about `it`. */
export function endText({ status, error, cause, endedAt }: ExecutionEnd): string {
  const at = endedAt === undefined ? '' : ` at ${endedAt.toISOString()}`;
  const why = whyText(error, cause);
  switch (status) {
    case 'TIMED_OUT':
      return `Step Functions stopped it${at}, because it had taken 24 hours (TIMED_OUT${why}).`;
    case 'ABORTED':
      return `Somebody stopped it${at} (ABORTED${why}).`;
    case 'FAILED':
      return `It failed${at} (FAILED${why}).`;
    case 'SUCCEEDED':
      return `It ended${at} without a word of what came of it (SUCCEEDED).`;
    case 'UNKNOWN':
      return 'Step Functions does not know it any more.';
  }
  return status satisfies never;
}

function whyText(error: string, cause: string): string {
  if (cause === '') return error === '' ? '' : `, ${error}`;
  // Whoever stops an execution may give a cause without a name for it.
  const text = error === '' ? cause : problemOf({ Error: error, Cause: cause }).message;
  return `, ${text.slice(0, longestCause)}`;
}
