import type { JsonValue } from '../endpoint/json-value.ts';
import type { NewEvent } from '../eventbridge/event-bus.ts';
import type { AlarmDefinition, MetricName } from './alarm-definition.ts';
import type { AlarmState } from './evaluate-alarm.ts';

/** The state of an alarm, its reason, and when it began. */
export interface AlarmStatus {
  readonly state: AlarmState;
  readonly reason: string;
  /** The values of the last periods, without missing ones. */
  readonly datapoints: readonly number[];
  readonly since: Date;
}

/** A state change of an alarm. */
export interface StateChange {
  readonly alarm: AlarmDefinition;
  readonly before: AlarmStatus;
  readonly now: AlarmStatus;
}

/**
 * The event that CloudWatch puts on the account's default bus when an alarm changes its state.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export function stateChangeEvent({ alarm, before, now }: StateChange): NewEvent {
  return {
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    resources: [alarm.arn],
    time: now.since,
    detail: {
      alarmName: alarm.name,
      configuration: { description: alarm.description, metrics: toMetrics(alarm) },
      previousState: toState(alarm, before),
      state: toState(alarm, now),
    },
  };
}

function toMetrics({ queries, expression, periodSeconds }: AlarmDefinition): JsonValue[] {
  const metrics = queries.map(({ id, metric, statistic }) => ({
    id,
    metricStat: { metric: toMetric(metric), period: periodSeconds, stat: statistic },
    returnData: expression === undefined,
  }));
  if (expression === undefined) return metrics;
  return [{ id: expression.id, expression: expression.text, returnData: true }, ...metrics];
}

function toMetric({ namespace, name, dimensions }: MetricName): JsonValue {
  return { namespace, name, dimensions: { ...dimensions } };
}

function toState(alarm: AlarmDefinition, { state, reason, since, datapoints }: AlarmStatus): JsonValue {
  const timestamp = since.toISOString().replace('Z', '+0000');
  const reasonData = {
    version: '1.0',
    queryDate: timestamp,
    period: alarm.periodSeconds,
    recentDatapoints: datapoints,
    threshold: alarm.threshold,
  };
  return { value: state, reason, reasonData: JSON.stringify(reasonData), timestamp };
}
