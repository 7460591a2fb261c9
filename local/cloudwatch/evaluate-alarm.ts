import type { AlarmDefinition } from './alarm-definition.ts';

/**
 * The value of one period; `missing` when nothing was measured, `unknown` when the local stack did not run
 * for the whole period.
 */
export type Datapoint = number | 'missing' | 'unknown';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

type Rule = Pick<AlarmDefinition, 'threshold' | 'comparison' | 'missingData'>;

/**
 * ALARM when every period breaches the threshold, OK when one does not. The service may also look at earlier
 * periods when values are missing; this uses the given ones only.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export function evaluateAlarm(rule: Rule, datapoints: readonly Datapoint[]): AlarmState {
  const breaches = datapoints.map((datapoint) => isBreaching(rule, datapoint));
  if (breaches.includes(false)) return 'OK';
  return breaches.includes(undefined) ? 'INSUFFICIENT_DATA' : 'ALARM';
}

/** Undefined when it is not known: a missing value only breaches after a whole period. */
function isBreaching(
  { threshold, comparison, missingData }: Rule,
  datapoint: Datapoint,
): boolean | undefined {
  if (typeof datapoint === 'number') {
    return comparison === 'LessThanThreshold' ? datapoint < threshold : datapoint >= threshold;
  }
  if (missingData === 'notBreaching') return false;
  return datapoint === 'missing' ? true : undefined;
}

/** Explains the state of the alarm. */
export function stateReason(
  { threshold, comparison, missingData }: Rule,
  datapoints: readonly Datapoint[],
): string {
  const values = datapoints.map((each) =>
    typeof each === 'number' ? String(each) : `missing: ${missingData}`,
  );
  const sign = comparison === 'LessThanThreshold' ? '<' : '>=';
  return `Datapoints of the last periods, newest first: [${values.join(', ')}]. A datapoint ${sign} ${threshold} is breaching.`;
}
