import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot, stageTemplate } from './stage.ts';
import { resourcesOf } from './template-reading.ts';

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
