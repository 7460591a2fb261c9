import { z } from 'zod';
import { noLocalMeaning, resourceType } from './resource-type.ts';

const properties = z.strictObject({
  Type: z.literal('String'),
  Value: z.string(),
  Name: noLocalMeaning,
  Description: noLocalMeaning,
  Tier: noLocalMeaning,
  Tags: noLocalMeaning,
});

/** Defines the name and the value of a parameter. */
export const parameterType = resourceType({
  types: ['AWS::SSM::Parameter'],
  properties,
  define: ({ name, properties: { Value } }): readonly [string, string] => [name, Value],
});
