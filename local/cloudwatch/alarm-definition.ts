export type Statistic = 'Sum' | 'Maximum' | 'Minimum' | 'Average' | 'SampleCount';

/** The identity of a metric. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** One metric of an alarm. */
export interface MetricQuery {
  readonly id: string;
  readonly metric: MetricName;
  readonly statistic: Statistic;
}

/** An alarm as the template describes it, with local names. */
export interface AlarmDefinition {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly queries: readonly MetricQuery[];
  /** `MAX(METRICS())` with its id, the maximum of the queries; undefined when there is only one query. */
  readonly expression: { readonly id: string; readonly text: string } | undefined;
  readonly periodSeconds: number;
  /** The alarm is in ALARM when all of them breach the threshold. */
  readonly evaluationPeriods: number;
  readonly threshold: number;
  /** Compares a value with the threshold: true is breaching. */
  readonly comparison: 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold';
  /** How a period without a value counts. */
  readonly missingData: 'breaching' | 'notBreaching';
}
