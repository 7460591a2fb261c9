import type { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  metricDimensions,
  metricNamespace,
  type PartnerMetric,
  type StageMetric,
} from '../../../lambdas/contract/events/metrics.ts';

export interface MetricUse {
  readonly statistic: 'Sum' | 'Maximum' | 'Average';
  readonly period: Duration;
  readonly label?: string;
}

/** One of the product's metrics by stage (lambdas/contract/events/metrics.ts). */
export function stageMetric(stage: string, metricName: StageMetric, use: MetricUse): Metric {
  const [dimension] = metricDimensions.stage;
  return new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { [dimension]: stage },
    ...use,
  });
}

/**
 * A metric of all partners that have it, by search: partners come and go without a change of the dashboard.
 */
export function partnerMetric(stage: string, metricName: PartnerMetric, use: MetricUse): MathExpression {
  const schema = [metricNamespace, ...metricDimensions.partner].join(',');
  const search = `{${schema}} stage="${stage}" MetricName="${metricName}"`;
  return new MathExpression({
    expression: `SEARCH('${search}', '${use.statistic}', ${use.period.toSeconds()})`,
    usingMetrics: {},
    label: '',
    period: use.period,
  });
}
