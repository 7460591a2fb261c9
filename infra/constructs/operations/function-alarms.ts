import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { SyncFunction } from '../blocks/sync-function.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { monitorPeriod } from './monitor-function.ts';

const period = Duration.minutes(5);

export interface MonitoredFunctions {
  /**
   * Functions that continue in their next invocation where they stopped. They use nearly all of their time by
   * design, and stop shortly before their timeout.
   */
  readonly looping: readonly SyncFunction[];
  readonly others: readonly SyncFunction[];
  readonly monitor: SyncFunction;
}

/**
 * The share of its timeout that a function may use. A looping function stops 20 seconds before its 15 minutes
 * are over (lambdas/runtime/deadline.ts): beyond 99 % it has missed its deadline.
 */
const maxShares = { looping: 0.99, others: 0.9 } as const;

/** By construct id. */
export function functionAlarms({
  looping,
  others,
  monitor,
}: MonitoredFunctions): Readonly<Record<string, AlarmSpec>> {
  return {
    Throttled: {
      name: 'functions-throttled',
      // Of all functions in the account, because they share its concurrency. One metric for each of our
      // functions would cost as much as all other alarms.
      metric: new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles', statistic: 'Sum', period }),
      periods: 3,
      impact:
        'Lambda has throttled functions of this account for 15 minutes: runs and deliveries are late, nothing is lost.',
      section: 'functions-are-throttled',
    },
    ...Object.fromEntries(
      [...groupByLimit(looping, maxShares.looping), ...groupByLimit(others, maxShares.others)].map(
        ([limitSeconds, functions]) => [`NearTimeout${limitSeconds}`, nearTimeout(limitSeconds, functions)],
      ),
    ),
    MonitorSilent: {
      name: 'monitor-silent',
      metric: monitor.function.metricInvocations({ period: Duration.minutes(6 * monitorPeriod.toMinutes()) }),
      below: 1,
      impact:
        'The monitor has not run for 30 minutes: missing files and overdue runs raise no alarm until it runs again.',
      section: 'the-monitor-is-silent',
    },
    MonitorFailed: {
      name: 'monitor-failed',
      metric: monitor.function.metricErrors({ period }),
      periods: 3,
      impact:
        'The monitor has failed for 15 minutes: missing files and overdue runs may raise no alarm until it succeeds.',
      section: 'the-monitor-is-silent',
    },
  };
}

function nearTimeout(limitSeconds: number, functions: readonly SyncFunction[]): AlarmSpec {
  const durations = functions.map((each, index): [string, IMetric] => [
    `m${index}`,
    each.function.metricDuration({ period, statistic: 'Maximum' }),
  ]);
  const usingMetrics = Object.fromEntries(durations);
  return {
    name: `near-timeout-${limitSeconds}s`,
    metric: new MathExpression({ expression: 'MAX(METRICS())', usingMetrics, period }),
    atLeast: limitSeconds * 1000,
    impact: 'A function ran close to its timeout: Lambda may kill the next such invocation at work.',
    section: 'a-function-is-near-its-timeout',
  };
}

/** The functions by the time they may use, in whole seconds. */
function groupByLimit(
  functions: readonly SyncFunction[],
  maxShare: number,
): ReadonlyMap<number, SyncFunction[]> {
  return Map.groupBy(functions, ({ timeout }) => Math.floor(timeout.toSeconds() * maxShare));
}
