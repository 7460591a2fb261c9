import { setTimeout as sleep } from 'node:timers/promises';
import { nextFiring } from '../../lambdas/contract/cron.ts';
import type { LocalStack } from './local-stack.ts';
import type { LocalSchedule } from './template/local-resources.ts';

/** No longer sleep than this: a laptop that was closed wakes up with another time. */
const longestSleepMs = 30_000;

export interface SchedulesOptions {
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Told of each start. */
  readonly onFiring?: (schedule: LocalSchedule) => void;
}

/**
 * Starts each schedule's execution when its time has come, until the signal is aborted. What fell into a time when nobody
 * ran this, or the machine slept, is started once and not once for each missed time.
 */
export async function runSchedules(
  stack: Pick<LocalStack, 'schedules' | 'start'>,
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
    await pause(sleepMs(stack.schedules, until), signal);
  }
}

/** The schedules with a firing after `from` and not after `until`. */
export function dueSchedules(
  schedules: readonly LocalSchedule[],
  { from, until }: { readonly from: Date; readonly until: Date },
): readonly LocalSchedule[] {
  return schedules.filter((schedule) => {
    const next = nextFiring(schedule, from);
    return next !== undefined && next <= until;
  });
}

function sleepMs(schedules: readonly LocalSchedule[], after: Date): number {
  const waits = schedules.map(
    (schedule) => (nextFiring(schedule, after)?.getTime() ?? Number.POSITIVE_INFINITY) - after.getTime(),
  );
  return Math.min(longestSleepMs, ...waits);
}

async function pause(pauseMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(pauseMs, undefined, { signal });
  } catch {
    // The signal alone ends the sleep early; the loop looks at it.
  }
}
