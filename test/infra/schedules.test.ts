import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { partner, pullFlow, pushFlow, stageTemplate } from './stage.ts';
import { idOf, resourcesOf } from './template-reading.ts';

const template = stageTemplate();
const start = 'PartneracmeSchedule';
const watch = 'cron(0/5 * * * ? *)';

function schedulesOf(of: Template): readonly unknown[] {
  return [...resourcesOf(of, 'AWS::Scheduler::Schedule').values()].map(
    ({ Properties }) => Properties.ScheduleExpression,
  );
}

it('calls the watch every five minutes', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: watch,
    Target: { Arn: { 'Fn::GetAtt': [idOf(template, 'AWS::Lambda::Function', 'CoreWatch'), 'Arn'] } },
  });
});

it('starts a run of the flow at its time, in its zone', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'cron(15 2 * * ? *)',
    ScheduleExpressionTimezone: 'Europe/Rome',
    State: 'ENABLED',
    Target: {
      Arn: { Ref: idOf(template, 'AWS::StepFunctions::StateMachine', 'CorePullMachine') },
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

it('has no window where the flow runs every minute', () => {
  const schedule = { cron: '* * * * ? *', timeZone: 'UTC' };
  const flows = [pullFlow('acme/invoices/', { schedule })];

  const every = stageTemplate({ partners: [partner('acme', { flows })] });

  every.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'cron(* * * * ? *)',
    FlexibleTimeWindow: { Mode: 'OFF' },
  });
});

it('gives up a start after two hours or ten tries, and leaves it in the dead-letter queue', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'cron(15 2 * * ? *)',
    Target: {
      RetryPolicy: { MaximumEventAgeInSeconds: 7200, MaximumRetryAttempts: 10 },
      DeadLetterConfig: {
        Arn: { 'Fn::GetAtt': [idOf(template, 'AWS::SQS::Queue', 'CoreMissedRuns'), 'Arn'] },
      },
    },
  });
});

it('makes the schedules in the group of the stage, and after it', () => {
  template.hasResourceProperties('AWS::Scheduler::ScheduleGroup', { Name: 'ftps-sync-test' });
  const schedule = resourcesOf(template, 'AWS::Scheduler::Schedule').get(
    idOf(template, 'AWS::Scheduler::Schedule', start),
  );

  expect(schedule?.Properties.GroupName).toBe('ftps-sync-test');
  expect(schedule?.DependsOn).toContain(idOf(template, 'AWS::Scheduler::ScheduleGroup', 'CoreSchedules'));
});

it('makes no schedule for a flow that has none', () => {
  const flows = [pullFlow('acme/invoices/', { schedule: undefined })];

  const byCommand = stageTemplate({ partners: [partner('acme', { flows })] });

  expect(schedulesOf(byCommand)).toEqual([watch]);
});

describe('a push flow', () => {
  const schedule = { cron: '0 * * * ? *', timeZone: 'Europe/Rome' };
  const withTrigger = (trigger: readonly string[]) =>
    stageTemplate({
      partners: [partner('acme', { flows: [pushFlow('acme/orders/', { schedule, trigger })] })],
    });

  it.each([[['schedule']], [['event', 'schedule']]])(
    'starts the reconcile where its trigger is %j',
    (trigger) => {
      const reconciled = withTrigger(trigger);

      expect(schedulesOf(reconciled)).toHaveLength(2);
      reconciled.hasResourceProperties('AWS::Scheduler::Schedule', {
        ScheduleExpression: 'cron(0 * * * ? *)',
        ScheduleExpressionTimezone: 'Europe/Rome',
        Target: {
          Arn: { Ref: idOf(reconciled, 'AWS::StepFunctions::StateMachine', 'CorePushReconcile') },
          Input: '{"partner":"acme","flow":"orders"}',
          DeadLetterConfig: {
            Arn: { 'Fn::GetAtt': [idOf(reconciled, 'AWS::SQS::Queue', 'CoreMissedRuns'), 'Arn'] },
          },
        },
      });
    },
  );

  it('has no schedule where its trigger is events alone, though it names one', () => {
    expect(schedulesOf(withTrigger(['event']))).toEqual([watch]);
  });
});

it('takes messages into the dead-letter queue over TLS alone, and keeps them two weeks', () => {
  template.hasResourceProperties('AWS::SQS::Queue', {
    MessageRetentionPeriod: 1_209_600,
    SqsManagedSseEnabled: true,
  });
  template.hasResourceProperties('AWS::SQS::QueuePolicy', {
    Queues: [{ Ref: idOf(template, 'AWS::SQS::Queue', 'CoreMissedRuns') }],
    PolicyDocument: {
      Statement: [
        { Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ],
    },
  });
});
