export type Statistic = 'Sum' | 'Maximum' | 'Minimum' | 'Average' | 'SampleCount';

/** What tells a metric from all others. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** One metric that an alarm goes by. */
export interface MetricQuery {
  readonly id: string;
  readonly metric: MetricName;
  readonly statistic: Statistic;
}

/** An alarm of the template, with the names of what it watches as they are on this machine. */
export interface AlarmDefinition {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly queries: readonly MetricQuery[];
  /** `MAX(METRICS())`, with its id: the largest of the queries counts. Undefined where there is but one. */
  readonly expression: { readonly id: string; readonly text: string } | undefined;
  readonly periodSeconds: number;
  /** It rings when every one of them is wrong. */
  readonly evaluationPeriods: number;
  readonly threshold: number;
  /** When a value is wrong. */
  readonly comparison: 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold';
  /** What a period without a value is taken for. */
  readonly missingData: 'breaching' | 'notBreaching';
}
