import { z } from 'zod';
import { addressesOf } from '../../../cli/local/template/addresses.ts';
import type { Template } from '../../../cli/local/template/assembly.ts';
import { resolveValue } from '../../../cli/local/template/resolve.ts';

const dimensionsSchema = z.array(z.object({ Name: z.string(), Value: z.string() })).default([]);

const metricSchema = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: dimensionsSchema,
});

const alarmSchema = z
  .object({
    AlarmName: z.string(),
    Threshold: z.number(),
    ComparisonOperator: z.enum(['GreaterThanOrEqualToThreshold', 'LessThanThreshold']),
    TreatMissingData: z.enum(['notBreaching', 'breaching']),
    Statistic: z.string().optional(),
    Namespace: z.string().optional(),
    MetricName: z.string().optional(),
    Dimensions: dimensionsSchema,
    Metrics: z
      .array(
        z.object({
          Expression: z.literal('MAX(METRICS())').optional(),
          MetricStat: z.object({ Metric: metricSchema, Stat: z.string() }).optional(),
        }),
      )
      .default([]),
  })
  .transform((alarm): AlarmDefinition => {
    const { Namespace, MetricName, Dimensions, Statistic = 'Average' } = alarm;
    const own =
      Namespace === undefined || MetricName === undefined
        ? []
        : [{ metric: { Namespace, MetricName, Dimensions }, statistic: Statistic }];
    const ofExpression = alarm.Metrics.flatMap(({ MetricStat }) =>
      MetricStat === undefined ? [] : [{ metric: MetricStat.Metric, statistic: MetricStat.Stat }],
    );
    return {
      name: alarm.AlarmName.replace('ftps-sync-local-', ''),
      threshold: alarm.Threshold,
      isLowWrong: alarm.ComparisonOperator === 'LessThanThreshold',
      isSilenceWrong: alarm.TreatMissingData === 'breaching',
      series: [...own, ...ofExpression],
    };
  });

export type MetricName = z.infer<typeof metricSchema>;

export interface MetricSeries {
  readonly metric: MetricName;
  readonly statistic: string;
}

/** An alarm of the template, with the names of what it watches as they are on this machine. */
export interface AlarmDefinition {
  readonly name: string;
  readonly threshold: number;
  /** It rings below the threshold, not from it on. */
  readonly isLowWrong: boolean;
  readonly isSilenceWrong: boolean;
  /** The largest of them counts. */
  readonly series: readonly MetricSeries[];
}

/** The stage's alarms as they would be deployed. */
export function alarmsOf(template: Template, endpoint: string): readonly AlarmDefinition[] {
  const references = addressesOf(template, { stackName: 'FtpsSync-local', endpoint });
  return Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
    .map(({ Properties }) => alarmSchema.parse(resolveValue(Properties, references)));
}
