import { expect, test } from 'vitest';
import { type Datapoint, evaluateAlarm } from '../../../../local/cloudwatch/evaluate-alarm.ts';

const high = {
  threshold: 2,
  comparison: 'GreaterThanOrEqualToThreshold',
  missingData: 'notBreaching',
} as const;
const silent = { threshold: 1, comparison: 'LessThanThreshold', missingData: 'breaching' } as const;

test.each<[string, typeof high | typeof silent, readonly Datapoint[], string]>([
  ['a value below the threshold', high, [1], 'OK'],
  ['a value at the threshold', high, [2], 'ALARM'],
  ['three periods of three', high, [2, 3, 2], 'ALARM'],
  ['two periods of three', high, [2, 1, 2], 'OK'],
  ['a period without a value, which is not breaching', high, [2, 'missing', 2], 'OK'],
  ['an unknown period, which is not breaching', high, [2, 2, 'unknown'], 'OK'],
  ['a value that is not too low', silent, [1], 'OK'],
  ['a value that is too low', silent, [0], 'ALARM'],
  ['missing values', silent, ['missing'], 'ALARM'],
  ['a missing value from before the start', silent, ['unknown'], 'INSUFFICIENT_DATA'],
  ['an unknown period before a value', silent, [1, 'unknown'], 'OK'],
])('%s', (_, rule, datapoints, state) => {
  expect(evaluateAlarm(rule, datapoints)).toBe(state);
});
