import type { FtpsFault } from './ftps-fault.ts';
import { endOf, type RunTotals } from './report.ts';
import { faultPolicies } from './retry.ts';

/** Why one worker of a bulk run gave up for good. */
export interface WorkerFailure {
  /** As its step told it: a fault of the partner, or of ours. */
  readonly fault: string;
  readonly message: string;
}

export interface Judgement {
  readonly status: 'succeeded' | 'incomplete' | 'failed';
  readonly problem: WorkerFailure | undefined;
}

/**
 * What a run came to whose workers could fail one by one. Where nothing was moved, what stopped a worker stopped the run; where
 * something was, the run is incomplete, and says why. A failure that left no file behind, since another worker or a later round
 * of slices has moved it, is no problem.
 */
export function judgeRun(
  totals: RunTotals & { readonly unchanged: number },
  failures: readonly WorkerFailure[],
): Judgement {
  const status = endOf(totals);
  const worst = worstOf(failures);
  if (worst === undefined || totals.failed === 0) return { status, problem: undefined };
  if (totals.transferred + totals.unchanged === 0) return { status: 'failed', problem: worst };
  const count = failures.length === 1 ? '1 worker' : `${failures.length} workers`;
  const what = `${count} gave up, and the next run takes what was left`;
  return { status, problem: { fault: worst.fault, message: `${what}. ${worst.message}` } };
}

/** What concerns the whole partner explains the rest; else what comes most often does, and of as many the first. */
function worstOf(failures: readonly WorkerFailure[]): WorkerFailure | undefined {
  const ofPartner = failures.find(
    ({ fault }) => isFtpsFault(fault) && faultPolicies[fault].scope === 'partner',
  );
  if (ofPartner !== undefined) return ofPartner;
  const groups = [...Map.groupBy(failures, ({ fault }) => fault).values()];
  return groups.toSorted((a, b) => b.length - a.length)[0]?.[0];
}

function isFtpsFault(fault: string): fault is FtpsFault {
  return Object.hasOwn(faultPolicies, fault);
}
