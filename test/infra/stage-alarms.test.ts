import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot, stageTemplate } from './stage.ts';
import { idOf, resourcesOf, text } from './template-reading.ts';

const template = stageTemplate();
const alarms = [...resourcesOf(template, 'AWS::CloudWatch::Alarm').values()].map(
  ({ Properties }) => Properties,
);
const runbook = readFileSync(join(projectRoot, 'docs/runbook.md'), 'utf8');

/** The anchors that a Markdown page gets from its headings. */
const sections = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title = '']) =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-'),
);

it.each([
  ['run-failed', 'AWS/States', 'ExecutionsFailed'],
  ['run-timed-out', 'AWS/States', 'ExecutionsTimedOut'],
  ['run-missed', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible'],
  ['reconcile-failed', 'AWS/States', 'ExecutionsFailed'],
  ['reconcile-timed-out', 'AWS/States', 'ExecutionsTimedOut'],
  ['event-not-routed', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible'],
  ['delivery-given-up', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible'],
  ['run-halted', 'FtpsSync', 'RunsHalted'],
  ['run-overdue', 'FtpsSync', 'RunsOverdue'],
  ['file-missing', 'FtpsSync', 'FilesMissing'],
  ['file-amiss', 'FtpsSync', 'FilesAmiss'],
  ['circuit-open', 'FtpsSync', 'CircuitsOpen'],
  ['throttled', 'AWS/Lambda', 'Throttles'],
  ['certificate-expiring', 'FtpsSync', 'CertificatesExpiring'],
])('rings %s at the first %s %s', (name, namespace, metric) => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: `ftps-sync-test-${name}`,
    Namespace: namespace,
    MetricName: metric,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  });
});

it('rings where the watch has not run, which no missing number may hide', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'ftps-sync-test-watch-silent',
    Namespace: 'AWS/Lambda',
    MetricName: 'Invocations',
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  });
});

describe('every function', () => {
  const functions = [...resourcesOf(template, 'AWS::Lambda::Function').keys()];

  it('is watched for its duration', () => {
    const watching = alarms.filter(({ Metrics }) => text(Metrics ?? []).includes('"Duration"'));
    const watched = text(watching);

    expect(functions.filter((id) => !watched.includes(`"${id}"`))).toEqual([]);
    for (const { Metrics } of watching) expect(text(Metrics)).toContain('MAX(METRICS())');
  });

  it('has no alarm that asks for more metrics than CloudWatch takes', () => {
    const counts = alarms.map(({ Metrics }) => text(Metrics ?? []).split('"MetricStat"').length - 1);

    expect(Math.max(...counts)).toBeLessThanOrEqual(10);
  });

  it('may not use more than its time allows before an alarm rings', () => {
    const seconds = [...resourcesOf(template, 'AWS::Lambda::Function').values()].map(({ Properties }) =>
      Number(Properties.Timeout),
    );
    const thresholds = alarms
      .filter(({ AlarmName }) => String(AlarmName).includes('-near-timeout-'))
      .map(({ Threshold }) => Number(Threshold) / 1000);

    const shares = thresholds.map(
      (threshold) => threshold / Math.min(...seconds.filter((each) => each > threshold)),
    );

    expect(shares.map((share) => [0.9, 0.99].includes(Number(share.toFixed(3))))).not.toContain(false);
  });
});

it('rings delivery-late where the oldest delivery has waited for two hours', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'ftps-sync-test-delivery-late',
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateAgeOfOldestMessage',
    Statistic: 'Maximum',
    Threshold: 7200,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  });
});

it.each([
  ['run-missed', 'CoreMissedRuns'],
  ['event-not-routed', 'CorePushIngestDeadLetters'],
  ['delivery-given-up', 'CorePushDeliveriesDeadLetters'],
  ['delivery-late', 'CorePushDeliveriesQueue'],
])('watches for %s the queue %s', (name, queueStart) => {
  const queue = idOf(template, 'AWS::SQS::Queue', queueStart);

  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: `ftps-sync-test-${name}`,
    Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
  });
});

it('rings for every queue of dead letters', () => {
  const watched = alarms.map(({ Dimensions }) => text(Dimensions)).join('\n');
  const deadLetters = [...resourcesOf(template, 'AWS::SQS::Queue')]
    .filter(([, { Properties }]) => !('RedrivePolicy' in Properties))
    .map(([id]) => id);

  expect(deadLetters).toHaveLength(3);
  for (const id of deadLetters) expect(watched).toContain(id);
});

describe.each(alarms.map((alarm) => [alarm.AlarmName, alarm.AlarmDescription]))(
  'the alarm %s',
  (_, description) => {
    it('links a section that the runbook has', () => {
      const section = /docs\/runbook\.md#([a-z-]+)$/.exec(String(description))?.[1];

      expect(sections).toContain(section);
    });
  },
);

it('has an alarm for every section of the runbook', () => {
  const linked = alarms.map(({ AlarmDescription }) => String(AlarmDescription).split('#').at(-1));

  expect(sections.filter((section) => !linked.includes(section))).toEqual([]);
});

it('says in docs/signals.md what tells of each', () => {
  const signals = readFileSync(join(projectRoot, 'docs/signals.md'), 'utf8');
  const names = alarms.map(({ AlarmName }) => String(AlarmName).replace('ftps-sync-test-', ''));

  expect(names.filter((name) => !signals.includes(`\`${name}\``))).toEqual([]);
});

it('says in every section what it means, how to look and how it ends', () => {
  const texts = runbook.split(/^## /m).slice(1);

  const unfinished = texts.filter((section) =>
    ['**What it means.**', '**How to look.**', '**How it ends.**', '```'].some(
      (part) => !section.includes(part),
    ),
  );

  expect(unfinished.map((section) => section.split('\n')[0])).toEqual([]);
});

it('tells the topic of every alarm', () => {
  const alarmTopic = 'arn:aws:sns:eu-west-1:123456789012:on-call';

  const told = stageTemplate({ alarmTopic });

  told.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [alarmTopic] });
});
