import { z } from 'zod';
import { readEventPattern } from '../../eventbridge/event-pattern.ts';
import type { RuleDefinition } from '../../eventbridge/rule-definition.ts';
import { noLocalMeaning, resourceType } from './resource-type.ts';

const properties = z.strictObject({
  EventPattern: z.json(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  EventBusName: z.literal('default').optional(),
  Targets: z
    .array(
      z.strictObject({
        Arn: z.string(),
        Id: z.string(),
        // A queue of this stack accepts the event at once: there is nothing to retry.
        DeadLetterConfig: noLocalMeaning,
        RetryPolicy: noLocalMeaning,
      }),
    )
    .default([]),
  Name: noLocalMeaning,
  Description: noLocalMeaning,
  Tags: noLocalMeaning,
});

export const ruleType = resourceType({
  types: ['AWS::Events::Rule'],
  properties,
  define: ({ name, properties: { State, EventPattern, Targets } }): RuleDefinition | undefined =>
    State === 'DISABLED'
      ? undefined
      : {
          name,
          matches: readEventPattern(EventPattern, `the event pattern of rule '${name}'`),
          targetArns: Targets.map(({ Arn }) => Arn),
        },
});
