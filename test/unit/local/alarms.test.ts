import { afterEach, expect, test } from 'vitest';
import { alarmDefinition, alarmSchema } from '../../../cli/local/alarms/alarm-properties.ts';
import { Alarms } from '../../../cli/local/alarms/alarms.ts';
import type { NewEvent } from '../../../cli/local/events/event-bus.ts';

const arn = 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:errors';
const errors = {
  AlarmDescription: 'It fails.',
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  EvaluationPeriods: 1,
  Threshold: 1,
  TreatMissingData: 'notBreaching',
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  Dimensions: [{ Name: 'FunctionName', Value: 'watch' }],
  Period: 300,
  Statistic: 'Sum',
};
const silence = {
  ...errors,
  ComparisonOperator: 'LessThanThreshold',
  TreatMissingData: 'breaching',
  MetricName: 'Invocations',
};
const slowest = {
  ...errors,
  Namespace: undefined,
  MetricName: undefined,
  Dimensions: undefined,
  Period: undefined,
  Statistic: undefined,
  Threshold: 900,
  Metrics: [
    { Expression: 'MAX(METRICS())', Id: 'expr_1', ReturnData: true },
    durationOf('m0', 'watch'),
    durationOf('m1', 'doctor'),
  ],
};
const failed = { functionName: 'watch', durationMs: 1000, end: 'failed' } as const;

function durationOf(Id: string, Value: string) {
  const Metric = {
    Namespace: 'AWS/Lambda',
    MetricName: 'Duration',
    Dimensions: [{ Name: 'FunctionName', Value }],
  };
  return { Id, MetricStat: { Metric, Period: 300, Stat: 'Maximum' }, ReturnData: false };
}

/** An alarm as the template describes it, its clock, and what was put on the bus. */
function alarmOf(properties: object) {
  const clock = { now: new Date('2026-11-20T02:15:00Z') };
  const told: NewEvent[] = [];
  const defined = JSON.parse(JSON.stringify(properties));
  const alarms = new Alarms({
    definitions: [alarmDefinition({ name: 'errors', arn, properties: alarmSchema.parse(defined) })],
    queues: { byName: () => undefined },
    bus: {
      put: (event) => {
        told.push(event);
        return 'id';
      },
    },
    now: () => clock.now,
  });
  opened.push(alarms);
  return {
    alarms,
    told,
    pass: (seconds: number) => {
      clock.now = new Date(clock.now.getTime() + seconds * 1000);
    },
    state: () => alarms.standings()[0]?.standing.state,
  };
}

const opened: Alarms[] = [];

afterEach(() => {
  for (const alarms of opened.splice(0)) alarms.close();
});

test('It rings for as long as its period looks back, and each change is told once', () => {
  const { alarms, told, pass, state } = alarmOf(errors);

  const states = [state()];
  alarms.onCall(failed);
  states.push(state());
  pass(299);
  states.push(state());
  pass(1);
  states.push(state());

  expect(states).toEqual(['OK', 'ALARM', 'ALARM', 'OK']);
  expect(told.map(({ detail }) => detail)).toMatchObject([
    { previousState: { value: 'INSUFFICIENT_DATA' }, state: { value: 'OK' } },
    { previousState: { value: 'OK' }, state: { value: 'ALARM' } },
    { previousState: { value: 'ALARM' }, state: { value: 'OK' } },
  ]);
});

test("A change is told as CloudWatch's own event", () => {
  const { alarms, told, state } = alarmOf(errors);
  alarms.onCall(failed);

  state();

  expect(told).toMatchObject([
    {
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm State Change',
      resources: [arn],
      time: new Date('2026-11-20T02:15:00Z'),
      detail: {
        alarmName: 'errors',
        configuration: {
          description: 'It fails.',
          metrics: [
            {
              id: 'm1',
              metricStat: {
                metric: { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'watch' } },
                period: 300,
                stat: 'Sum',
              },
              returnData: true,
            },
          ],
        },
        state: { value: 'ALARM', timestamp: '2026-11-20T02:15:00.000+0000' },
      },
    },
  ]);
});

test('Silence rings when it has lasted for the whole period', () => {
  const { alarms, pass, state } = alarmOf(silence);

  const states = [state()];
  pass(299);
  states.push(state());
  pass(1);
  states.push(state());
  alarms.onCall(failed);
  states.push(state());

  expect(states).toEqual(['INSUFFICIENT_DATA', 'INSUFFICIENT_DATA', 'ALARM', 'OK']);
});

test('Of several metrics the largest counts', () => {
  const { alarms, state } = alarmOf(slowest);
  alarms.onCall({ functionName: 'doctor', durationMs: 1, end: 'returned' });

  const before = state();
  alarms.onCall(failed);

  expect([before, state()]).toEqual(['OK', 'ALARM']);
});

test('What was measured before a time can be left out', () => {
  const { alarms, pass } = alarmOf(errors);
  alarms.onCall(failed);
  pass(1);

  const since = new Date('2026-11-20T02:15:00Z');

  expect(alarms.ringingSince(since)).toEqual(['errors']);
  expect(alarms.ringingSince(new Date(since.getTime() + 1))).toEqual([]);
});

test('A metric that the local stack does not measure is refused', () => {
  expect(() => alarmOf({ ...errors, MetricName: 'ConcurrentExecutions' })).toThrow(
    'does not measure AWS/Lambda ConcurrentExecutions',
  );
});

test('A rule that is not understood is refused', () => {
  expect(() => alarmOf({ ...errors, DatapointsToAlarm: 1 })).toThrow('DatapointsToAlarm');
});
