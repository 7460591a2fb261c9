import type { EndedInvocation } from '../functions/functions.ts';
import type { Queue } from '../queues/queue.ts';
import type { Execution } from '../states/execution.ts';
import type { MetricName } from './alarm-definition.ts';

/** One value of a metric. */
export interface Measure {
  readonly metric: MetricName;
  readonly value: number;
  readonly at: Date;
}

/** What AWS counts by itself and the local stack too. */
const ofAws: Readonly<Record<string, readonly string[]>> = {
  'AWS/Lambda': ['Invocations', 'Duration', 'Errors', 'Throttles'],
  'AWS/States': ['ExecutionsFailed', 'ExecutionsTimedOut'],
  'AWS/SQS': ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage'],
};

/** Whether the local stack has values of it: some of AWS's metrics, and all that functions write into their logs. */
export function isMeasured({ namespace, name }: MetricName): boolean {
  return namespace.startsWith('AWS/') ? (ofAws[namespace] ?? []).includes(name) : true;
}

/**
 * By function, and of all of the account together. Unlike in the service, a call counts when it ends, and its duration includes the
 * start of its function.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export function measuresOfCall(
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

/** None of an execution that ended in another way. https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html */
export function measuresOfExecution(execution: Execution): readonly Measure[] {
  const state = execution.state();
  if (state.status !== 'FAILED' && state.status !== 'TIMED_OUT') return [];
  const name = state.status === 'FAILED' ? 'ExecutionsFailed' : 'ExecutionsTimedOut';
  const dimensions = { StateMachineArn: execution.machine.arn };
  return [{ metric: { namespace: 'AWS/States', name, dimensions }, value: 1, at: state.stopped }];
}

/**
 * How many messages are to be received, or how many seconds ago the oldest was sent, in flight or not. Unlike in the service, a
 * message that was received three times still counts as the oldest.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function measureOfQueue(queue: Queue, metric: MetricName, at: Date): Measure {
  if (metric.name === 'ApproximateNumberOfMessagesVisible')
    return { metric, value: queue.counts().visible, at };
  const oldest = queue.oldestSent() ?? at;
  return { metric, value: (at.getTime() - oldest.getTime()) / 1000, at };
}
