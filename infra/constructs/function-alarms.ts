import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Ringing } from './ringing.ts';
import type { SyncFunction } from './sync-function.ts';
import { watchPeriod } from './watch-function.ts';

const period = Duration.minutes(5);

export interface WatchedFunctions {
  /** Those that go on where they stopped: they use all of their time by intent, and end by themselves shortly before it is over. */
  readonly looping: readonly SyncFunction[];
  readonly others: readonly SyncFunction[];
  readonly watch: SyncFunction;
}

/**
 * What a looping function may use of its time: its deadline leaves it 20 seconds of 15 minutes (lambdas/runtime/deadline.ts), and
 * one that uses more does not hear its deadline. Any other should have done with room to spare.
 */
const shares = { looping: 0.99, others: 0.9 } as const;

export function ofFunctions({ looping, others, watch }: WatchedFunctions): Readonly<Record<string, Ringing>> {
  return {
    Throttled: {
      name: 'throttled',
      // Of all functions of the account: they share one concurrency. A metric for each of ours would cost as much as all other alarms.
      metric: new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles', statistic: 'Sum', period }),
      periods: 3,
      impact:
        'Lambda has had no room for functions of this account for a quarter of an hour: runs and deliveries are late.',
      section: 'functions-are-throttled',
    },
    ...Object.fromEntries(
      [...byLimit(looping, shares.looping), ...byLimit(others, shares.others)].map(
        ([limitSeconds, functions]) => [`NearTimeout${limitSeconds}`, nearTimeout(limitSeconds, functions)],
      ),
    ),
    WatchSilent: {
      name: 'watch-silent',
      metric: watch.function.metricInvocations({ period: Duration.minutes(6 * watchPeriod.toMinutes()) }),
      below: 1,
      impact: 'Nobody looks for files and runs that did not come: an alarm that is silent says nothing.',
      section: 'the-watch-is-silent',
    },
    WatchFailed: {
      name: 'watch-failed',
      metric: watch.function.metricErrors({ period }),
      periods: 3,
      impact: 'The watch fails: files and runs that did not come are not told of.',
      section: 'the-watch-is-silent',
    },
  };
}

function nearTimeout(limitSeconds: number, functions: readonly SyncFunction[]): Ringing {
  const durations = functions.map((each, index): [string, IMetric] => [
    `m${index}`,
    each.function.metricDuration({ period, statistic: 'Maximum' }),
  ]);
  const usingMetrics = Object.fromEntries(durations);
  return {
    name: `near-timeout-${limitSeconds}s`,
    metric: new MathExpression({ expression: 'MAX(METRICS())', usingMetrics, period }),
    from: limitSeconds * 1000,
    impact: 'A function has used nearly all of its time: the next one of its kind may be killed at its work.',
    section: 'a-function-is-near-its-timeout',
  };
}

/** The functions by the time that they may use, in whole seconds. */
function byLimit(functions: readonly SyncFunction[], share: number): ReadonlyMap<number, SyncFunction[]> {
  return Map.groupBy(functions, ({ timeout }) => Math.floor(timeout.toSeconds() * share));
}
