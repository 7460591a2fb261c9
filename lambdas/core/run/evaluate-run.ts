import type { FtpsErrorKind } from '../connection/ftps-error-kind.ts';
import { ftpsErrorPolicies } from '../connection/ftps-error-policies.ts';
import { endStatus, type RunTotals } from './run-totals.ts';

/** Why one worker of a bulk run failed permanently. */
export interface WorkerError {
  /** The error code of its step: an FTPS error kind, or an internal error. */
  readonly error: string;
  readonly message: string;
}

export interface Evaluation {
  readonly status: 'succeeded' | 'incomplete' | 'failed';
  readonly cause: WorkerError | undefined;
}

/**
 * The status of a run some of whose workers failed. If nothing was transferred, the run failed with the error
 * of the workers; otherwise it is incomplete, with that error as its cause. If no file failed, because
 * another worker or a later round of slices transferred it, the errors of workers do not count.
 */
export function evaluateRun(
  totals: RunTotals & { readonly unchanged: number },
  failures: readonly WorkerError[],
): Evaluation {
  const status = endStatus(totals);
  const main = mainError(failures);
  if (main === undefined || totals.failed === 0) return { status, cause: undefined };
  if (totals.transferred + totals.unchanged === 0) return { status: 'failed', cause: main };
  const count = failures.length === 1 ? '1 worker' : `${failures.length} workers`;
  const what = `${count} failed; the next run transfers the remaining files`;
  return { status, cause: { error: main.error, message: `${what}. ${main.message}` } };
}

/**
 * An error that concerns the whole partner, since it explains the others; else the most frequent one, and the
 * first of equally frequent ones.
 */
function mainError(failures: readonly WorkerError[]): WorkerError | undefined {
  const ofPartner = failures.find(
    ({ error }) => isFtpsErrorKind(error) && ftpsErrorPolicies[error].scope === 'partner',
  );
  if (ofPartner !== undefined) return ofPartner;
  const groups = [...Map.groupBy(failures, ({ error }) => error).values()];
  return groups.toSorted((a, b) => b.length - a.length)[0]?.[0];
}

function isFtpsErrorKind(error: string): error is FtpsErrorKind {
  return Object.hasOwn(ftpsErrorPolicies, error);
}
