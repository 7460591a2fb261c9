import type { EndedInvocation } from '../lambda/functions.ts';
import type { Queue } from '../sqs/queue.ts';
import type { Execution } from '../step-functions/execution/execution.ts';
import type { MetricName } from './alarm-definition.ts';

/** One value of a metric. */
export interface Measure {
  readonly metric: MetricName;
  readonly value: number;
  readonly at: Date;
}

/** The metrics of AWS services that the local stack measures. */
const awsMetrics: Readonly<Record<string, readonly string[]>> = {
  'AWS/Lambda': ['Invocations', 'Duration', 'Errors', 'Throttles'],
  'AWS/States': ['ExecutionsFailed', 'ExecutionsTimedOut'],
  'AWS/SQS': ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage'],
};

/**
 * Whether the local stack measures the metric: some metrics of AWS services, and every metric that functions
 * write to their logs.
 */
export function isMeasured({ namespace, name }: MetricName): boolean {
  return namespace.startsWith('AWS/') ? (awsMetrics[namespace] ?? []).includes(name) : true;
}

/**
 * The metrics of an invocation, by function and for the whole account. Unlike in the service, an invocation
 * counts when it ends, and its duration includes the cold start.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export function invocationMeasures(
  { functionName, durationMs, end }: EndedInvocation,
  at: Date,
): readonly Measure[] {
  const values =
    end === 'throttled'
      ? { Throttles: 1 }
      : { Invocations: 1, Throttles: 0, Errors: end === 'failed' ? 1 : 0, Duration: durationMs };
  return Object.entries(values).flatMap(([name, value]) =>
    [{ FunctionName: functionName }, {}].map((dimensions) => ({
      metric: { namespace: 'AWS/Lambda', name, dimensions },
      value,
      at,
    })),
  );
}

/**
 * The metrics of an execution that failed or timed out; empty for any other.
 * https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
 */
export function executionMeasures(execution: Execution): readonly Measure[] {
  const state = execution.state();
  if (state.status !== 'FAILED' && state.status !== 'TIMED_OUT') return [];
  const name = state.status === 'FAILED' ? 'ExecutionsFailed' : 'ExecutionsTimedOut';
  const dimensions = { StateMachineArn: execution.machine.arn };
  return [{ metric: { namespace: 'AWS/States', name, dimensions }, value: 1, at: state.stopped }];
}

/**
 * The current value of a queue's metric: visible messages, or the age of the oldest message in seconds.
 * Unlike in the service, a message that was received three times still counts as the oldest.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function queueMeasure(queue: Queue, metric: MetricName, at: Date): Measure {
  if (metric.name === 'ApproximateNumberOfMessagesVisible')
    return { metric, value: queue.counts().visible, at };
  const oldest = queue.oldestSent() ?? at;
  return { metric, value: (at.getTime() - oldest.getTime()) / 1000, at };
}
