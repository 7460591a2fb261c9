import { expect, test } from 'vitest';
import type {
  AlarmDefinition,
  MetricName,
  Statistic,
} from '../../../../local/cloudwatch/alarm-definition.ts';
import { Measurements } from '../../../../local/cloudwatch/measurements.ts';

const metric: MetricName = { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'watch' } };

function alarmOf(periodSeconds: number, evaluationPeriods: number): AlarmDefinition {
  return {
    name: 'alarm',
    arn: 'arn:alarm',
    description: '',
    queries: [{ id: 'm1', metric, statistic: 'Sum' }],
    expression: undefined,
    periodSeconds,
    evaluationPeriods,
    threshold: 1,
    comparison: 'GreaterThanOrEqualToThreshold',
    missingData: 'notBreaching',
  };
}

const at = (seconds: number) => new Date(seconds * 1000);
const span = (from: number, to: number) => ({ from: at(from), to: at(to) });

test('A metric that no alarm uses is not kept', () => {
  const measurements = new Measurements([alarmOf(60, 1)]);

  const isKept = measurements.record({ metric: { ...metric, dimensions: {} }, value: 1, at: at(0) });

  expect(isKept).toBe(false);
});

test.each<[Statistic, number]>([
  ['Sum', 6],
  ['Maximum', 3],
  ['Minimum', 1],
  ['Average', 2],
  ['SampleCount', 3],
])('The %s of the values in the span', (statistic, expected) => {
  const measurements = new Measurements([alarmOf(60, 1)]);
  for (const [seconds, value] of [
    [0, 100],
    [1, 1],
    [2, 3],
    [3, 2],
    [4, 100],
  ] as const) {
    measurements.record({ metric, value, at: at(seconds) });
  }

  expect(measurements.statistic(metric, statistic, span(0, 3))).toBe(expected);
});

test('A span without values has no statistic', () => {
  const measurements = new Measurements([alarmOf(60, 1)]);
  measurements.record({ metric, value: 1, at: at(0) });

  expect(measurements.statistic(metric, 'Sum', span(0, 60))).toBeUndefined();
});

test('Values older than the longest alarm looks back are dropped, newer values stay', () => {
  const measurements = new Measurements([alarmOf(60, 1), alarmOf(60, 3)]);
  for (let second = 0; second <= 10_000; second += 1)
    measurements.record({ metric, value: 1, at: at(second) });

  const all = measurements.statistic(metric, 'Sum', span(-1, 10_000));

  expect(measurements.statistic(metric, 'Sum', span(9_820, 10_000))).toBe(180);
  expect(all).toBeLessThanOrEqual(2 * 180 + 2);
});
