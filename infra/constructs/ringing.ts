import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmName } from '../../lambdas/contract/alarm-names.ts';

/** An alarm, before it is made. */
export interface Ringing {
  /** Ends the alarm's name. */
  readonly name: AlarmName;
  readonly metric: IMetric;
  /** The least that rings, or where `below` is given, what is too little. Default: 1. */
  readonly from?: number;
  readonly below?: number;
  /** How many periods in a row. Default: 1. */
  readonly periods?: number;
  /** What it costs to ignore it. */
  readonly impact: string;
  /** Of docs/runbook.md. */
  readonly section: string;
}
