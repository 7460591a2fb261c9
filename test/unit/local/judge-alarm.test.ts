import { expect, test } from 'vitest';
import { type Datapoint, judgeAlarm } from '../../../cli/local/alarms/judge-alarm.ts';

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
  ['a period without a value, which is none that is wrong', high, [2, 'missing', 2], 'OK'],
  ['a period of which nobody knows, the same', high, [2, 2, 'unknown'], 'OK'],
  ['a value that is not too low', silent, [1], 'OK'],
  ['a value that is too low', silent, [0], 'ALARM'],
  ['a silence', silent, ['missing'], 'ALARM'],
  ['a silence that may have begun before anybody listened', silent, ['unknown'], 'INSUFFICIENT_DATA'],
  ['a silence before a value', silent, [1, 'unknown'], 'OK'],
])('%s', (_, rule, datapoints, state) => {
  expect(judgeAlarm(rule, datapoints)).toBe(state);
});
