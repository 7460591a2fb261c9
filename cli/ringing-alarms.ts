import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { alarmNamePrefix, isAlarmOf } from '../lambdas/contract/alarm-names.ts';

/** An alarm of the stage that rings now. */
export interface RingingAlarm {
  /** Since when, ISO-8601. */
  readonly since: string;
  readonly name: string;
  /** What it costs to ignore it, and the section of the runbook that helps. */
  readonly description: string;
}

/**
 * The stage's alarms that ring, those first that have rung for longest.
 * @throws whatever CloudWatch answers to who may not ask it.
 */
export async function ringingAlarms(stage: string): Promise<readonly RingingAlarm[]> {
  const client = new CloudWatchClient({});
  const ringing: RingingAlarm[] = [];
  const wanted = { AlarmNamePrefix: alarmNamePrefix(stage), StateValue: 'ALARM' } as const;
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, wanted)) {
    for (const { AlarmName: name = '', AlarmDescription: description = '', ...times } of MetricAlarms) {
      const since = times.StateTransitionedTimestamp ?? times.StateUpdatedTimestamp ?? new Date();
      if (isAlarmOf(stage, name)) ringing.push({ since: since.toISOString(), name, description });
    }
  }
  return ringing.toSorted((one, other) => (one.since < other.since ? -1 : 1));
}
