import { z } from 'zod';
import { readDefinition } from '../../step-functions/definition/read-definition.ts';
import type { Machine } from '../../step-functions/execution/execution.ts';
import { noLocalMeaning, resourceType } from './resource-type.ts';

const properties = z.strictObject({
  DefinitionString: z.string(),
  StateMachineType: z.literal('STANDARD'),
  StateMachineName: noLocalMeaning,
  RoleArn: noLocalMeaning,
  LoggingConfiguration: noLocalMeaning,
  TracingConfiguration: noLocalMeaning,
  Tags: noLocalMeaning,
});

export const stateMachineType = resourceType({
  types: ['AWS::StepFunctions::StateMachine'],
  properties,
  define: ({ name, arn, properties: { DefinitionString } }): Machine => ({
    name,
    arn,
    definition: readDefinition(name, DefinitionString),
  }),
});
