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
  title.toLowerCase().replaceAll(' ', '-'),
);

it.each([
  ['run-failed', 'AWS/States', 'ExecutionsFailed'],
  ['run-timed-out', 'AWS/States', 'ExecutionsTimedOut'],
  ['run-missed', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible'],
  ['reconcile-failed', 'AWS/States', 'ExecutionsFailed'],
  ['reconcile-timed-out', 'AWS/States', 'ExecutionsTimedOut'],
  ['event-not-routed', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible'],
  ['delivery-given-up', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible'],
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

it('tells the topic of every alarm', () => {
  const alarmTopic = 'arn:aws:sns:eu-west-1:123456789012:on-call';

  const told = stageTemplate({ alarmTopic });

  told.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [alarmTopic] });
});
