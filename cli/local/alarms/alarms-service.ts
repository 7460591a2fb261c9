import { z } from 'zod';
import type { Operations } from '../endpoint/aws-json.ts';
import type { AlarmDefinition, MetricName } from './alarm-definition.ts';
import type { Alarms } from './alarms.ts';
import type { AlarmStanding } from './state-change-event.ts';

const describeSchema = z.strictObject({
  AlarmNames: z.array(z.string()).min(1).max(100).optional(),
  AlarmNamePrefix: z.string().optional(),
  StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']).optional(),
  MaxRecords: z.number().int().min(1).max(100).default(50),
  NextToken: z.string().regex(/^\d+$/).optional(),
});

/** CloudWatch's DescribeAlarms: the alarms by name, as they are now. */
export function alarmsOperations(alarms: Pick<Alarms, 'standings'>): Operations {
  return {
    DescribeAlarms: (input) => {
      const wanted = describeSchema.parse(input);
      const { AlarmNames: names, AlarmNamePrefix: prefix = '', StateValue: state } = wanted;
      const found = alarms
        .standings()
        .filter(({ alarm }) => names?.includes(alarm.name) ?? alarm.name.startsWith(prefix))
        .filter(({ standing }) => state === undefined || standing.state === state)
        .toSorted((one, other) => (one.alarm.name < other.alarm.name ? -1 : 1));
      const from = Number(wanted.NextToken ?? 0);
      const to = from + wanted.MaxRecords;
      return {
        MetricAlarms: found.slice(from, to).map(({ alarm, standing }) => shapeOf(alarm, standing)),
        CompositeAlarms: [],
        NextToken: to < found.length ? String(to) : undefined,
      };
    },
  };
}

function shapeOf(alarm: AlarmDefinition, { state, reason, since }: AlarmStanding) {
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
    ...watchedShape(alarm),
  };
}

function watchedShape({ queries, expression, periodSeconds: Period }: AlarmDefinition) {
  const [first] = queries;
  if (expression === undefined && first !== undefined) {
    return { ...metricShape(first.metric), Statistic: first.statistic, Period };
  }
  const metrics = queries.map(({ id: Id, metric, statistic: Stat }) => ({
    Id,
    MetricStat: { Metric: metricShape(metric), Period, Stat },
    ReturnData: false,
  }));
  return { Metrics: [{ Id: expression?.id, Expression: expression?.text, ReturnData: true }, ...metrics] };
}

function metricShape({ namespace: Namespace, name: MetricName, dimensions }: MetricName) {
  return {
    Namespace,
    MetricName,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
}
