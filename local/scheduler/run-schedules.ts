import { setTimeout as sleep } from 'node:timers/promises';
import { nextFiring } from '../../lambdas/contract/partner-file/cron.ts';
import type { ScheduleDefinition } from './schedule-definition.ts';

/** Never sleeps longer than this: after a suspended laptop wakes up, the clock shows another time. */
const maxSleepMs = 30_000;

/** What the schedules of a stack start. */
export interface ScheduledStack {
  readonly schedules: readonly ScheduleDefinition[];
  start(schedule: ScheduleDefinition): unknown;
}

export interface SchedulesOptions {
  readonly now: () => Date;
  /** Ends the schedules. */
  readonly signal: AbortSignal;
  /** Called after each start. */
  readonly onFiring?: (schedule: ScheduleDefinition) => void;
}

/**
 * Starts the target of each schedule whenever it is due, until the signal is aborted. A schedule that was due
 * several times while the machine was suspended starts once.
 */
export async function runSchedules(
  stack: ScheduledStack,
  { now, signal, onFiring = () => {} }: SchedulesOptions,
): Promise<void> {
  let from = now();
  while (!signal.aborted) {
    const until = now();
    for (const schedule of dueSchedules(stack.schedules, { from, until })) {
      stack.start(schedule);
      onFiring(schedule);
    }
    from = until;
    await pause(millisecondsToNextFiring(stack.schedules, until), signal);
  }
}

/** The schedules that fire after `from` and not after `until`. */
export function dueSchedules(
  schedules: readonly ScheduleDefinition[],
  { from, until }: { readonly from: Date; readonly until: Date },
): readonly ScheduleDefinition[] {
  return schedules.filter((schedule) => {
    const next = nextFiring(schedule, from);
    return next !== undefined && next <= until;
  });
}

function millisecondsToNextFiring(schedules: readonly ScheduleDefinition[], after: Date): number {
  const waits = schedules.map(
    (schedule) => (nextFiring(schedule, after)?.getTime() ?? Number.POSITIVE_INFINITY) - after.getTime(),
  );
  return Math.min(maxSleepMs, ...waits);
}

async function pause(pauseMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(pauseMs, undefined, { signal });
  } catch {
    // Only the signal ends the sleep early, and the loop checks it.
  }
}
