import type { NewEvent } from '../events/event-bus.ts';
import type { JsonValue } from '../states/json-path.ts';
import type { AlarmDefinition, MetricName } from './alarm-definition.ts';
import type { AlarmState } from './judge-alarm.ts';

/** The state of an alarm, and why and since when it is in it. */
export interface AlarmStanding {
  readonly state: AlarmState;
  readonly reason: string;
  /** The values of the last periods that have one. */
  readonly datapoints: readonly number[];
  readonly since: Date;
}

/** An alarm that has come from one state into another. */
export interface StateChange {
  readonly alarm: AlarmDefinition;
  readonly before: AlarmStanding;
  readonly now: AlarmStanding;
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
      configuration: { description: alarm.description, metrics: metricsOf(alarm) },
      previousState: stateOf(alarm, before),
      state: stateOf(alarm, now),
    },
  };
}

function metricsOf({ queries, expression, periodSeconds }: AlarmDefinition): JsonValue[] {
  const metrics = queries.map(({ id, metric, statistic }) => ({
    id,
    metricStat: { metric: metricOf(metric), period: periodSeconds, stat: statistic },
    returnData: expression === undefined,
  }));
  if (expression === undefined) return metrics;
  return [{ id: expression.id, expression: expression.text, returnData: true }, ...metrics];
}

function metricOf({ namespace, name, dimensions }: MetricName): JsonValue {
  return { namespace, name, dimensions: { ...dimensions } };
}

function stateOf(alarm: AlarmDefinition, { state, reason, since, datapoints }: AlarmStanding): JsonValue {
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
