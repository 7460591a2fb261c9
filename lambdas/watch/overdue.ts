import { nextFiring } from '../contract/cron.ts';
import type { FlowState } from '../ledger/flow-state.ts';

/** How long after its time a run may still come to its end: the schedule's window of a quarter of an hour, and an hour to work. */
const patienceMs = 75 * 60_000;

/**
 * The time of the schedule that no run has answered, where that is long enough ago and none is at work; undefined where the flow is
 * as it should be.
 * @param since the schedule is watched since then: times before it were another schedule's, or nobody's.
 */
export function overdueSince(
  schedule: { readonly cron: string; readonly timeZone: string },
  { lastEndedAt, leaseUntil }: FlowState,
  { now, since }: { readonly now: Date; readonly since: Date },
): Date | undefined {
  if (leaseUntil !== undefined && leaseUntil > now) return undefined;
  const after = lastEndedAt !== undefined && lastEndedAt > since ? lastEndedAt : since;
  const due = nextFiring(schedule, after);
  return due !== undefined && due.getTime() + patienceMs <= now.getTime() ? due : undefined;
}
