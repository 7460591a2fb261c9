import { afterEach, expect, test } from 'vitest';
import { alarmType } from '../../../../local/cloudformation/resources/alarm.ts';
import { Alarms } from '../../../../local/cloudwatch/alarms.ts';
import type { NewEvent } from '../../../../local/eventbridge/event-bus.ts';

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

/** An alarm, its clock, and the events on its bus. */
function setUpAlarm(properties: object) {
  const clock = { now: new Date('2026-11-20T02:15:00Z') };
  const events: NewEvent[] = [];
  const parsed = alarmType.properties.parse(JSON.parse(JSON.stringify(properties)));
  const definition = alarmType.define(
    { name: 'errors', arn, properties: parsed },
    { assetFolders: new Map() },
  );
  const alarms = new Alarms({
    definitions: definition === undefined ? [] : [definition],
    queues: { byName: () => undefined },
    bus: {
      put: (event) => {
        events.push(event);
        return 'id';
      },
    },
    now: () => clock.now,
  });
  opened.push(alarms);
  return {
    alarms,
    events,
    pass: (seconds: number) => {
      clock.now = new Date(clock.now.getTime() + seconds * 1000);
    },
    state: () => alarms.evaluate()[0]?.status.state,
  };
}

const opened: Alarms[] = [];

afterEach(() => {
  for (const alarms of opened.splice(0)) alarms.close();
});

test('An alarm stays in ALARM for its period, and each change is one event', () => {
  const { alarms, events, pass, state } = setUpAlarm(errors);

  const states = [state()];
  alarms.onInvocation(failed);
  states.push(state());
  pass(299);
  states.push(state());
  pass(1);
  states.push(state());

  expect(states).toEqual(['OK', 'ALARM', 'ALARM', 'OK']);
  expect(events.map(({ detail }) => detail)).toMatchObject([
    { previousState: { value: 'INSUFFICIENT_DATA' }, state: { value: 'OK' } },
    { previousState: { value: 'OK' }, state: { value: 'ALARM' } },
    { previousState: { value: 'ALARM' }, state: { value: 'OK' } },
  ]);
});

test('A change is an event in the format of CloudWatch', () => {
  const { alarms, events, state } = setUpAlarm(errors);
  alarms.onInvocation(failed);

  state();

  expect(events).toMatchObject([
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

test('Missing data breaches after a whole period', () => {
  const { alarms, pass, state } = setUpAlarm(silence);

  const states = [state()];
  pass(299);
  states.push(state());
  pass(1);
  states.push(state());
  alarms.onInvocation(failed);
  states.push(state());

  expect(states).toEqual(['INSUFFICIENT_DATA', 'INSUFFICIENT_DATA', 'ALARM', 'OK']);
});

test('The maximum of several metrics counts', () => {
  const { alarms, state } = setUpAlarm(slowest);
  alarms.onInvocation({ functionName: 'doctor', durationMs: 1, end: 'returned' });

  const before = state();
  alarms.onInvocation(failed);

  expect([before, state()]).toEqual(['OK', 'ALARM']);
});

test('activeSince ignores what was measured before', () => {
  const { alarms, pass } = setUpAlarm(errors);
  alarms.onInvocation(failed);
  pass(1);

  const since = new Date('2026-11-20T02:15:00Z');

  expect(alarms.activeSince(since)).toEqual(['errors']);
  expect(alarms.activeSince(new Date(since.getTime() + 1))).toEqual([]);
});

test('An alarm on a metric that the local stack does not measure is refused', () => {
  expect(() => setUpAlarm({ ...errors, MetricName: 'ConcurrentExecutions' })).toThrow(
    'does not measure AWS/Lambda ConcurrentExecutions',
  );
});

test('An alarm with an unsupported property is refused', () => {
  expect(() => setUpAlarm({ ...errors, DatapointsToAlarm: 1 })).toThrow('DatapointsToAlarm');
});
