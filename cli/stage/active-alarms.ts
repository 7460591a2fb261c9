import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { alarmNamePrefix, isAlarmOf } from '../../lambdas/contract/events/alarm-names.ts';

/** An alarm of the stage in ALARM state. */
export interface ActiveAlarm {
  /** When it entered the state, ISO-8601. */
  readonly since: string;
  readonly name: string;
  /** The impact, and the section of the runbook. */
  readonly description: string;
}

/**
 * The alarms of the stage in ALARM state, the longest active first.
 * @throws the error of CloudWatch, when the role lacks `cloudwatch:DescribeAlarms`.
 */
export async function activeAlarms(stage: string): Promise<readonly ActiveAlarm[]> {
  const client = new CloudWatchClient({});
  const active: ActiveAlarm[] = [];
  const wanted = { AlarmNamePrefix: alarmNamePrefix(stage), StateValue: 'ALARM' } as const;
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, wanted)) {
    for (const { AlarmName: name = '', AlarmDescription: description = '', ...times } of MetricAlarms) {
      const since = times.StateTransitionedTimestamp ?? times.StateUpdatedTimestamp ?? new Date();
      if (isAlarmOf(stage, name)) active.push({ since: since.toISOString(), name, description });
    }
  }
  return active.toSorted((one, other) => (one.since < other.since ? -1 : 1));
}
