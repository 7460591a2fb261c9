import { z } from 'zod';
import { TemplateNotUnderstood } from '../template/template-not-understood.ts';
import type { AlarmDefinition, MetricName, MetricQuery } from './alarm-definition.ts';
import { isMeasured } from './measure.ts';

const noLocalMeaning = z.unknown().optional();

const dimensionsSchema = z
  .array(z.strictObject({ Name: z.string(), Value: z.string() }))
  .default([])
  .transform((dimensions) => Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value])));
const statisticSchema = z.enum(['Sum', 'Maximum', 'Minimum', 'Average', 'SampleCount']);
const secondsSchema = z.number().int().positive();

/** An expression, or a metric that it is of. */
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

/** An AWS::CloudWatch::Alarm of one metric, or of the largest of several. */
export const alarmSchema = z.strictObject({
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
  // Nobody is called on this machine.
  AlarmActions: noLocalMeaning,
  Tags: noLocalMeaning,
});
type AlarmProperties = z.infer<typeof alarmSchema>;

/** @throws TemplateNotUnderstood for a metric that the local stack does not measure, and for periods that differ. */
export function alarmDefinition({
  name,
  arn,
  properties,
}: {
  readonly name: string;
  readonly arn: string;
  readonly properties: AlarmProperties;
}): AlarmDefinition {
  const watched = watchedBy(name, properties);
  for (const { metric } of watched.queries) checkMeasured(name, metric);
  return {
    name,
    arn,
    ...watched,
    description: properties.AlarmDescription,
    evaluationPeriods: properties.EvaluationPeriods,
    threshold: properties.Threshold,
    comparison: properties.ComparisonOperator,
    missingData: properties.TreatMissingData,
  };
}

type Watched = Pick<AlarmDefinition, 'queries' | 'expression' | 'periodSeconds'>;

function watchedBy(alarm: string, properties: AlarmProperties): Watched {
  const { Namespace: namespace, MetricName: name, Dimensions: dimensions, Metrics: metrics } = properties;
  const { Statistic: statistic, Period: periodSeconds } = properties;
  const isOfOne = namespace !== undefined && name !== undefined && statistic !== undefined;
  if (isOfOne && periodSeconds !== undefined && metrics.length === 0) {
    const query = { id: 'm1', metric: { namespace, name, dimensions }, statistic };
    return { queries: [query], expression: undefined, periodSeconds };
  }
  const watched = largestOf(metrics);
  if (watched !== undefined) return watched;
  throw new TemplateNotUnderstood(
    `alarm '${alarm}': neither one metric, nor one expression of metrics that have the same period`,
  );
}

function largestOf(metrics: AlarmProperties['Metrics']): Watched | undefined {
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
  throw new TemplateNotUnderstood(
    `alarm '${alarm}': the local stack does not measure ${metric.namespace} ${metric.name}`,
  );
}
