import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot, stageTemplate } from '../stage.ts';
import { findLogicalId, findResources, text } from '../template-reading.ts';

const template = stageTemplate();
const alarms = [...findResources(template, 'AWS::CloudWatch::Alarm').values()].map(
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
  ['run-not-started', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible'],
  ['reconcile-failed', 'AWS/States', 'ExecutionsFailed'],
  ['reconcile-timed-out', 'AWS/States', 'ExecutionsTimedOut'],
  ['event-not-routed', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible'],
  ['delivery-dead-lettered', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible'],
  ['run-halted', 'FtpsSync', 'RunsHalted'],
  ['run-overdue', 'FtpsSync', 'RunsOverdue'],
  ['file-missing', 'FtpsSync', 'FilesMissing'],
  ['file-anomaly', 'FtpsSync', 'FileAnomalies'],
  ['circuit-open', 'FtpsSync', 'CircuitsOpen'],
  ['functions-throttled', 'AWS/Lambda', 'Throttles'],
  ['certificate-expiring', 'FtpsSync', 'CertificatesExpiring'],
])('%s is in ALARM at the first %s %s', (name, namespace, metric) => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: `ftps-sync-test-${name}`,
    Namespace: namespace,
    MetricName: metric,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  });
});

it('monitor-silent is in ALARM without data', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'ftps-sync-test-monitor-silent',
    Namespace: 'AWS/Lambda',
    MetricName: 'Invocations',
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  });
});

describe('every function', () => {
  const functions = [...findResources(template, 'AWS::Lambda::Function').keys()];

  it('has an alarm for its duration', () => {
    const durationAlarms = alarms.filter(({ Metrics }) => text(Metrics ?? []).includes('"Duration"'));
    const covered = text(durationAlarms);

    expect(functions.filter((id) => !covered.includes(`"${id}"`))).toEqual([]);
    for (const { Metrics } of durationAlarms) expect(text(Metrics)).toContain('MAX(METRICS())');
  });

  it('has no alarm with more metrics than CloudWatch allows', () => {
    const counts = alarms.map(({ Metrics }) => text(Metrics ?? []).split('"MetricStat"').length - 1);

    expect(Math.max(...counts)).toBeLessThanOrEqual(10);
  });

  it('may use 90 % of its timeout, or 99 % if it loops, before an alarm', () => {
    const seconds = [...findResources(template, 'AWS::Lambda::Function').values()].map(({ Properties }) =>
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

it('delivery-delayed is in ALARM when the oldest delivery has waited for two hours', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'ftps-sync-test-delivery-delayed',
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateAgeOfOldestMessage',
    Statistic: 'Maximum',
    Threshold: 7200,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  });
});

it.each([
  ['run-not-started', 'CoreScheduleDlq'],
  ['event-not-routed', 'CorePushIngestDeadLetters'],
  ['delivery-dead-lettered', 'CorePushDeliveriesDeadLetters'],
  ['delivery-delayed', 'CorePushDeliveriesQueue'],
])('%s uses the queue %s', (name, queueStart) => {
  const queue = findLogicalId(template, 'AWS::SQS::Queue', queueStart);

  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: `ftps-sync-test-${name}`,
    Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
  });
});

it('has an alarm for every dead-letter queue', () => {
  const covered = alarms.map(({ Dimensions }) => text(Dimensions)).join('\n');
  const deadLetters = [...findResources(template, 'AWS::SQS::Queue')]
    .filter(([, { Properties }]) => !('RedrivePolicy' in Properties))
    .map(([id]) => id);

  expect(deadLetters).toHaveLength(3);
  for (const id of deadLetters) expect(covered).toContain(id);
});

describe.each(alarms.map((alarm) => [alarm.AlarmName, alarm.AlarmDescription]))(
  'the alarm %s',
  (_, description) => {
    it('links an existing section of the runbook', () => {
      const section = /docs\/runbook\.md#([a-z-]+)$/.exec(String(description))?.[1];

      expect(sections).toContain(section);
    });
  },
);

it('has an alarm for every section of the runbook', () => {
  const linked = alarms.map(({ AlarmDescription }) => String(AlarmDescription).split('#').at(-1));

  expect(sections.filter((section) => !linked.includes(section))).toEqual([]);
});

it('is listed in docs/monitoring.md', () => {
  const signals = readFileSync(join(projectRoot, 'docs/monitoring.md'), 'utf8');
  const names = alarms.map(({ AlarmName }) => String(AlarmName).replace('ftps-sync-test-', ''));

  expect(names.filter((name) => !signals.includes(`\`${name}\``))).toEqual([]);
});

it('describes impact, diagnosis and resolution in every section', () => {
  const texts = runbook.split(/^## /m).slice(1);

  const incomplete = texts.filter((section) =>
    ['**Impact.**', '**Diagnose.**', '**Resolve.**', '```'].some((part) => !section.includes(part)),
  );

  expect(incomplete.map((section) => section.split('\n')[0])).toEqual([]);
});

it('notifies the topic of every alarm', () => {
  const alarmTopic = 'arn:aws:sns:eu-west-1:123456789012:on-call';

  const withTopic = stageTemplate({ alarmTopic });

  withTopic.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [alarmTopic] });
});
