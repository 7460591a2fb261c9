import type { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import { findLogicalId, findResources } from './template-reading.ts';

const stateSchema = z.looseObject({
  Type: z.string(),
  Next: z.string().optional(),
  Default: z.string().optional(),
  Resource: z.string().optional(),
  Parameters: z.record(z.string(), z.unknown()).optional(),
  ResultPath: z.string().nullable().optional(),
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

/** A Distributed Map, with the states of its children. */
export const mapSchema = z.looseObject({
  ItemReader: z.unknown(),
  ItemSelector: z.unknown(),
  ItemProcessor: z.object({
    ProcessorConfig: z.unknown(),
    StartAt: z.string(),
    States: z.record(z.string(), stateSchema),
  }),
  MaxConcurrencyPath: z.string(),
  ToleratedFailurePercentage: z.number(),
  ResultWriter: z.unknown(),
  ResultPath: z.null(),
});

const joinedSchema = z.object({
  'Fn::Join': z.tuple([
    z.literal(''),
    z.array(
      z.union([
        z.string(),
        z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
        z.object({ Ref: z.string() }),
      ]),
    ),
  ]),
});

export type Definition = z.infer<typeof definitionSchema>;

/**
 * The definition of the machine whose logical id starts with `machineStart`, as deployed. The ARN of a
 * function is written as `arn:aws:lambda:...:function:<logical id>`, a Ref as its logical id.
 */
export function readDefinition(template: Template, machineStart: string): Definition {
  const type = 'AWS::StepFunctions::StateMachine';
  const machine = findResources(template, type).get(findLogicalId(template, type, machineStart));
  const [, parts] = joinedSchema.parse(machine?.Properties.DefinitionString)['Fn::Join'];
  const resolved = parts.map((part) => {
    if (typeof part === 'string') return part;
    return 'Ref' in part
      ? part.Ref
      : `arn:aws:lambda:eu-west-1:123456789012:function:${part['Fn::GetAtt'][0]}`;
  });
  return definitionSchema.parse(JSON.parse(resolved.join('')));
}

/** The next state; of a choice, each branch as `variable value state` and the default as `else state`. */
export function nextStates(definition: Pick<Definition, 'States'>, state: string): unknown {
  const { Next, Choices, Default } = definition.States[state] ?? {};
  if (Choices === undefined) return Next;
  const choices = Choices.map(({ Variable, Next: to, ...rest }) =>
    [Variable, ...Object.values(rest), to].join(' '),
  );
  return [...choices, `else ${Default}`];
}
