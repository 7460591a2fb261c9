import type { AlarmDefinition } from './alarm-definition.ts';

/** The value of one period; `missing` where nothing was measured, `unknown` where nobody could have measured all the time. */
export type Datapoint = number | 'missing' | 'unknown';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

type Rule = Pick<AlarmDefinition, 'threshold' | 'comparison' | 'missingData'>;

/**
 * The alarm rings when every period is wrong, and does not ring when one is right. Unlike the service, which may look back further
 * where periods have no value, these are all that is looked at.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export function judgeAlarm(rule: Rule, datapoints: readonly Datapoint[]): AlarmState {
  const judged = datapoints.map((datapoint) => isWrong(rule, datapoint));
  if (judged.includes(false)) return 'OK';
  return judged.includes(undefined) ? 'INSUFFICIENT_DATA' : 'ALARM';
}

/** Undefined where nobody knows: silence is wrong only where it lasts. */
function isWrong({ threshold, comparison, missingData }: Rule, datapoint: Datapoint): boolean | undefined {
  if (typeof datapoint === 'number') {
    return comparison === 'LessThanThreshold' ? datapoint < threshold : datapoint >= threshold;
  }
  if (missingData === 'notBreaching') return false;
  return datapoint === 'missing' ? true : undefined;
}

/** Why the alarm is in its state, for people. */
export function reasonText(
  { threshold, comparison, missingData }: Rule,
  datapoints: readonly Datapoint[],
): string {
  const values = datapoints.map((each) =>
    typeof each === 'number' ? String(each) : `missing: ${missingData}`,
  );
  const sign = comparison === 'LessThanThreshold' ? '<' : '>=';
  return `Datapoints of the last periods, the newest first: [${values.join(', ')}]. They are wrong when ${sign} ${threshold}.`;
}
