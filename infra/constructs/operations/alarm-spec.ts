import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmName } from '../../../lambdas/contract/events/alarm-names.ts';

/** What {@link StageAlarms} creates an alarm from. */
export interface AlarmSpec {
  readonly name: AlarmName;
  readonly metric: IMetric;
  /** The alarm is in ALARM at this value and above. Default: 1. */
  readonly atLeast?: number;
  /** The alarm is in ALARM below this value, and without data. Replaces `atLeast`. */
  readonly below?: number;
  /** How many periods in a row must breach. Default: 1. */
  readonly periods?: number;
  /** What happened and what it costs to ignore it. */
  readonly impact: string;
  /** The anchor of the alarm's section in docs/runbook.md. */
  readonly section: string;
}
