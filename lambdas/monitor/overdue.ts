import { nextFiring } from '../contract/partner-file/cron.ts';
import { type Flow, flowSchedule } from '../contract/partner-file/partner-file.ts';
import type { OpenAlerts } from '../ledger/alerts/open-alerts.ts';
import type { FlowName } from '../ledger/keys.ts';
import type { Pause } from '../ledger/pauses.ts';
import type { FlowState } from '../ledger/runs/flow-state.ts';
import type { Table } from '../ledger/table.ts';
import type { Alert } from './alert.ts';
import { monitoredSince } from './monitored-since.ts';

/**
 * How long after its scheduled time a run may end: the schedule's flexible window of 15 minutes, and an hour
 * to work.
 */
const allowedDelayMs = 75 * 60_000;

interface ScheduledFlow {
  readonly name: FlowName;
  readonly flow: Flow;
  readonly state: FlowState;
  readonly pause: Pause | undefined;
}

/**
 * The alert that no run has ended for a scheduled time; none for a flow that is paused or has no schedule.
 */
export async function overdueAlerts(
  { name, flow, state, pause }: ScheduledFlow,
  before: OpenAlerts,
  dependencies: { readonly table: Table; readonly now: () => Date },
): Promise<readonly Alert[]> {
  const schedule = flowSchedule(flow);
  if (schedule === undefined || pause !== undefined) return [];
  const check = `${schedule.cron} ${schedule.timeZone}`;
  const since = await monitoredSince(check, { name, before }, dependencies);
  const due = overdueSince(schedule, state, { now: dependencies.now(), since });
  if (due === undefined) return [];
  const dueAt = due.toISOString();
  const lastEndedAt = state.lastEndedAt?.toISOString();
  const last =
    lastEndedAt === undefined
      ? 'No run of the flow has ended yet'
      : `The last run that ended began at ${lastEndedAt}`;
  return [
    {
      id: 'overdue',
      subject: 'the run',
      error: 'run-overdue',
      message: `The run that was due at ${dueAt} has not ended. ${last}.`,
      need: 'person',
      event: { type: 'run.overdue', detail: { ...name, dueAt, lastEndedAt } },
    },
  ];
}

/**
 * The scheduled time for which no run has ended, once the allowed delay has passed and no run is active;
 * undefined where no run is overdue.
 * @param since when the schedule has been monitored since: earlier times do not count.
 */
export function overdueSince(
  schedule: { readonly cron: string; readonly timeZone: string },
  { lastEndedAt, leaseUntil }: FlowState,
  { now, since }: { readonly now: Date; readonly since: Date },
): Date | undefined {
  if (leaseUntil !== undefined && leaseUntil > now) return undefined;
  const after = lastEndedAt !== undefined && lastEndedAt > since ? lastEndedAt : since;
  const due = nextFiring(schedule, after);
  return due !== undefined && due.getTime() + allowedDelayMs <= now.getTime() ? due : undefined;
}
