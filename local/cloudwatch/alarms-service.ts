import { z } from 'zod';
import type { Operations } from '../endpoint/aws-json.ts';
import type { AlarmDefinition, MetricName } from './alarm-definition.ts';
import type { Alarms } from './alarms.ts';
import type { AlarmStatus } from './state-change-event.ts';

const describeSchema = z.strictObject({
  AlarmNames: z.array(z.string()).min(1).max(100).optional(),
  AlarmNamePrefix: z.string().optional(),
  StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']).optional(),
  MaxRecords: z.number().int().min(1).max(100).default(50),
  NextToken: z.string().regex(/^\d+$/).optional(),
});

/** CloudWatch's DescribeAlarms: the current state of the alarms, by name. */
export function alarmsOperations(alarms: Pick<Alarms, 'evaluate'>): Operations {
  return {
    DescribeAlarms: (input) => {
      const wanted = describeSchema.parse(input);
      const { AlarmNames: names, AlarmNamePrefix: prefix = '', StateValue: state } = wanted;
      const found = alarms
        .evaluate()
        .filter(({ alarm }) => names?.includes(alarm.name) ?? alarm.name.startsWith(prefix))
        .filter(({ status }) => state === undefined || status.state === state)
        .toSorted((one, other) => (one.alarm.name < other.alarm.name ? -1 : 1));
      const from = Number(wanted.NextToken ?? 0);
      const to = from + wanted.MaxRecords;
      return {
        MetricAlarms: found.slice(from, to).map(({ alarm, status }) => toShape(alarm, status)),
        CompositeAlarms: [],
        NextToken: to < found.length ? String(to) : undefined,
      };
    },
  };
}

function toShape(alarm: AlarmDefinition, { state, reason, since }: AlarmStatus) {
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmDescription: alarm.description,
    StateValue: state,
    StateReason: reason,
    StateUpdatedTimestamp: since,
    StateTransitionedTimestamp: since,
    EvaluationPeriods: alarm.evaluationPeriods,
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    TreatMissingData: alarm.missingData,
    ...toMetricsShape(alarm),
  };
}

function toMetricsShape({ queries, expression, periodSeconds: Period }: AlarmDefinition) {
  const [first] = queries;
  if (expression === undefined && first !== undefined) {
    return { ...toMetricShape(first.metric), Statistic: first.statistic, Period };
  }
  const metrics = queries.map(({ id: Id, metric, statistic: Stat }) => ({
    Id,
    MetricStat: { Metric: toMetricShape(metric), Period, Stat },
    ReturnData: false,
  }));
  return { Metrics: [{ Id: expression?.id, Expression: expression?.text, ReturnData: true }, ...metrics] };
}

function toMetricShape({ namespace: Namespace, name: MetricName, dimensions }: MetricName) {
  return {
    Namespace,
    MetricName,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
}
