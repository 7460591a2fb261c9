import { z } from 'zod';
import { UnsupportedTemplateError } from '../../account/template-errors.ts';
import type { ScheduleDefinition } from '../../scheduler/schedule-definition.ts';
import { noLocalMeaning, resourceType } from './resource-type.ts';

const properties = z.strictObject({
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Target: z.strictObject({
    Arn: z.string(),
    Input: z.string().default('{}'),
    // A local start succeeds or fails at once: there is nothing to retry.
    DeadLetterConfig: noLocalMeaning,
    RetryPolicy: noLocalMeaning,
    RoleArn: noLocalMeaning,
  }),
  Name: noLocalMeaning,
  GroupName: noLocalMeaning,
  Description: noLocalMeaning,
  // The window spreads the load of many schedules; the local stack starts each at the beginning of its
  // window.
  FlexibleTimeWindow: noLocalMeaning,
});

export const scheduleType = resourceType({
  types: ['AWS::Scheduler::Schedule'],
  properties,
  define: ({ name, properties: { State, Target, ...others } }): ScheduleDefinition | undefined =>
    State === 'DISABLED'
      ? undefined
      : {
          name,
          cron: parseCron(name, others.ScheduleExpression),
          timeZone: others.ScheduleExpressionTimezone,
          targetArn: Target.Arn,
          input: Target.Input,
        },
});

function parseCron(name: string, expression: string): string {
  const cron = /^cron\((.+)\)$/.exec(expression)?.[1];
  if (cron !== undefined) return cron;
  throw new UnsupportedTemplateError(`schedule '${name}'`, `'${expression}' is not a cron() expression`);
}
