import type { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import { resourcesOf } from './template-reading.ts';

const stateSchema = z.looseObject({
  Type: z.string(),
  Next: z.string().optional(),
  Default: z.string().optional(),
  Resource: z.string().optional(),
  Parameters: z.record(z.string(), z.unknown()).optional(),
  ResultPath: z.string().optional(),
  TimeoutSeconds: z.number().optional(),
  Choices: z.array(z.looseObject({ Variable: z.string(), Next: z.string() })).optional(),
  Catch: z.array(z.looseObject({ ErrorEquals: z.array(z.string()), Next: z.string() })).optional(),
  Retry: z.array(z.looseObject({ ErrorEquals: z.array(z.string()), MaxAttempts: z.number() })).optional(),
});

const definitionSchema = z.looseObject({
  StartAt: z.string(),
  TimeoutSeconds: z.number(),
  States: z.record(z.string(), stateSchema),
});

const joinedSchema = z.object({
  'Fn::Join': z.tuple([
    z.literal(''),
    z.array(z.union([z.string(), z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) })])),
  ]),
});

export type Definition = z.infer<typeof definitionSchema>;

/** The pull's definition as it deploys, with `arn:aws:lambda:...:function:<logical id>` for each function. */
export function pullDefinitionOf(template: Template): Definition {
  const [machine] = resourcesOf(template, 'AWS::StepFunctions::StateMachine').values();
  const [, parts] = joinedSchema.parse(machine?.Properties.DefinitionString)['Fn::Join'];
  const resolved = parts.map((part) =>
    typeof part === 'string'
      ? part
      : `arn:aws:lambda:eu-west-1:123456789012:function:${part['Fn::GetAtt'][0]}`,
  );
  return definitionSchema.parse(JSON.parse(resolved.join('')));
}
