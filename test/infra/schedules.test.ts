import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { partner, pullFlow, pushFlow, stageTemplate } from './stage.ts';
import { findLogicalId, findResources } from './template-reading.ts';

const template = stageTemplate();
const start = 'PartneracmeSchedule';
const monitorCron = 'cron(0/5 * * * ? *)';

function scheduleExpressions(of: Template): readonly unknown[] {
  return [...findResources(of, 'AWS::Scheduler::Schedule').values()].map(
    ({ Properties }) => Properties.ScheduleExpression,
  );
}

it('invokes the monitor every five minutes', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: monitorCron,
    Target: {
      Arn: { 'Fn::GetAtt': [findLogicalId(template, 'AWS::Lambda::Function', 'CoreMonitor'), 'Arn'] },
    },
  });
});

it('starts a run of the flow at its time, in its time zone', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'cron(15 2 * * ? *)',
    ScheduleExpressionTimezone: 'Europe/Rome',
    State: 'ENABLED',
    Target: {
      Arn: { Ref: findLogicalId(template, 'AWS::StepFunctions::StateMachine', 'CorePullMachine') },
      Input: '{"partner":"acme","flow":"invoices"}',
    },
  });
});

it('spreads the starts over 15 minutes', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'cron(15 2 * * ? *)',
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
  });
});

it('has no window when the flow runs every minute', () => {
  const schedule = { cron: '* * * * ? *', timeZone: 'UTC' };
  const flows = [pullFlow('acme/invoices/', { schedule })];

  const every = stageTemplate({ partners: [partner('acme', { flows })] });

  every.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'cron(* * * * ? *)',
    FlexibleTimeWindow: { Mode: 'OFF' },
  });
});

it('sends a run that could not start within two hours or ten attempts to the dead-letter queue', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'cron(15 2 * * ? *)',
    Target: {
      RetryPolicy: { MaximumEventAgeInSeconds: 7200, MaximumRetryAttempts: 10 },
      DeadLetterConfig: {
        Arn: { 'Fn::GetAtt': [findLogicalId(template, 'AWS::SQS::Queue', 'CoreScheduleDlq'), 'Arn'] },
      },
    },
  });
});

it('creates the schedules in the group of the stage, after the group', () => {
  template.hasResourceProperties('AWS::Scheduler::ScheduleGroup', { Name: 'ftps-sync-test' });
  const schedule = findResources(template, 'AWS::Scheduler::Schedule').get(
    findLogicalId(template, 'AWS::Scheduler::Schedule', start),
  );

  expect(schedule?.Properties.GroupName).toBe('ftps-sync-test');
  expect(schedule?.DependsOn).toContain(
    findLogicalId(template, 'AWS::Scheduler::ScheduleGroup', 'CoreSchedules'),
  );
});

it('creates no schedule for a flow without one', () => {
  const flows = [pullFlow('acme/invoices/', { schedule: undefined })];

  const unscheduled = stageTemplate({ partners: [partner('acme', { flows })] });

  expect(scheduleExpressions(unscheduled)).toEqual([monitorCron]);
});

describe('a push flow', () => {
  const schedule = { cron: '0 * * * ? *', timeZone: 'Europe/Rome' };
  const withTrigger = (trigger: readonly string[]) =>
    stageTemplate({
      partners: [partner('acme', { flows: [pushFlow('acme/orders/', { schedule, trigger })] })],
    });

  it.each([[['schedule']], [['event', 'schedule']]])(
    'starts the reconcile when its trigger is %j',
    (trigger) => {
      const reconciled = withTrigger(trigger);

      expect(scheduleExpressions(reconciled)).toHaveLength(2);
      reconciled.hasResourceProperties('AWS::Scheduler::Schedule', {
        ScheduleExpression: 'cron(0 * * * ? *)',
        ScheduleExpressionTimezone: 'Europe/Rome',
        Target: {
          Arn: { Ref: findLogicalId(reconciled, 'AWS::StepFunctions::StateMachine', 'CorePushReconcile') },
          Input: '{"partner":"acme","flow":"orders"}',
          DeadLetterConfig: {
            Arn: { 'Fn::GetAtt': [findLogicalId(reconciled, 'AWS::SQS::Queue', 'CoreScheduleDlq'), 'Arn'] },
          },
        },
      });
    },
  );

  it('ignores its schedule when its trigger is only event', () => {
    expect(scheduleExpressions(withTrigger(['event']))).toEqual([monitorCron]);
  });
});

it('has a dead-letter queue that accepts TLS only and keeps messages for two weeks', () => {
  template.hasResourceProperties('AWS::SQS::Queue', {
    MessageRetentionPeriod: 1_209_600,
    SqsManagedSseEnabled: true,
  });
  template.hasResourceProperties('AWS::SQS::QueuePolicy', {
    Queues: [{ Ref: findLogicalId(template, 'AWS::SQS::Queue', 'CoreScheduleDlq') }],
    PolicyDocument: {
      Statement: [
        { Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ],
    },
  });
});
