import { z } from 'zod';
import { UnsupportedTemplateError } from '../../account/template-errors.ts';
import type { AlarmDefinition, MetricName, MetricQuery } from '../../cloudwatch/alarm-definition.ts';
import { isMeasured } from '../../cloudwatch/measure.ts';
import { type NamedResource, noLocalMeaning, resourceType } from './resource-type.ts';

const dimensionsSchema = z
  .array(z.strictObject({ Name: z.string(), Value: z.string() }))
  .default([])
  .transform((dimensions) => Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value])));
const statisticSchema = z.enum(['Sum', 'Maximum', 'Minimum', 'Average', 'SampleCount']);
const secondsSchema = z.number().int().positive();

/** An expression, or one of the metrics that it combines. */
const querySchema = z.strictObject({
  Id: z.string(),
  Expression: z.literal('MAX(METRICS())').optional(),
  MetricStat: z
    .strictObject({
      Metric: z.strictObject({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensionsSchema }),
      Period: secondsSchema,
      Stat: statisticSchema,
    })
    .optional(),
  ReturnData: z.boolean().default(true),
});

/** An alarm on one metric, or on the maximum of several. */
const properties = z.strictObject({
  AlarmDescription: z.string().default(''),
  ComparisonOperator: z.enum(['GreaterThanOrEqualToThreshold', 'LessThanThreshold']),
  EvaluationPeriods: z.number().int().positive(),
  Threshold: z.number(),
  TreatMissingData: z.enum(['breaching', 'notBreaching']),
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: dimensionsSchema,
  Period: secondsSchema.optional(),
  Statistic: statisticSchema.optional(),
  Metrics: z.array(querySchema).default([]),
  AlarmName: noLocalMeaning,
  // A local alarm notifies no one.
  AlarmActions: noLocalMeaning,
  Tags: noLocalMeaning,
});
type AlarmProperties = z.infer<typeof properties>;

export const alarmType = resourceType({ types: ['AWS::CloudWatch::Alarm'], properties, define: defineAlarm });

/**
 * @throws UnsupportedTemplateError for a metric that the local stack does not measure, or different periods.
 */
function defineAlarm({ name, arn, properties }: NamedResource<AlarmProperties>): AlarmDefinition {
  const monitored = readMetrics(name, properties);
  for (const { metric } of monitored.queries) checkMeasured(name, metric);
  return {
    name,
    arn,
    ...monitored,
    description: properties.AlarmDescription,
    evaluationPeriods: properties.EvaluationPeriods,
    threshold: properties.Threshold,
    comparison: properties.ComparisonOperator,
    missingData: properties.TreatMissingData,
  };
}

type Monitored = Pick<AlarmDefinition, 'queries' | 'expression' | 'periodSeconds'>;

function readMetrics(alarm: string, properties: AlarmProperties): Monitored {
  const { Namespace: namespace, MetricName: name, Dimensions: dimensions, Metrics: metrics } = properties;
  const { Statistic: statistic, Period: periodSeconds } = properties;
  const hasOneMetric = namespace !== undefined && name !== undefined && statistic !== undefined;
  if (hasOneMetric && periodSeconds !== undefined && metrics.length === 0) {
    const query = { id: 'm1', metric: { namespace, name, dimensions }, statistic };
    return { queries: [query], expression: undefined, periodSeconds };
  }
  const monitored = readMaximum(metrics);
  if (monitored !== undefined) return monitored;
  throw new UnsupportedTemplateError(
    `alarm '${alarm}'`,
    'it needs one metric, or one expression over metrics with the same period',
  );
}

/** Undefined when the metrics are not one expression over metrics with the same period. */
function readMaximum(metrics: AlarmProperties['Metrics']): Monitored | undefined {
  const [expression, ...others] = metrics.filter(({ ReturnData }) => ReturnData);
  const stats = metrics.flatMap(({ Id, MetricStat }) =>
    MetricStat === undefined ? [] : [{ Id, ...MetricStat }],
  );
  const [periodSeconds, ...otherPeriods] = new Set(stats.map(({ Period }) => Period));
  const isOne = others.length + otherPeriods.length === 0 && stats.length === metrics.length - 1;
  if (!isOne || expression?.Expression === undefined || periodSeconds === undefined) return undefined;
  return {
    queries: stats.map(
      ({ Id: id, Metric, Stat: statistic }): MetricQuery => ({
        id,
        metric: { namespace: Metric.Namespace, name: Metric.MetricName, dimensions: Metric.Dimensions },
        statistic,
      }),
    ),
    expression: { id: expression.Id, text: expression.Expression },
    periodSeconds,
  };
}

function checkMeasured(alarm: string, metric: MetricName): void {
  if (isMeasured(metric)) return;
  throw new UnsupportedTemplateError(
    `alarm '${alarm}'`,
    `the local stack does not measure ${metric.namespace} ${metric.name}`,
  );
}
