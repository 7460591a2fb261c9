import { z } from 'zod';
import { choiceRuleSchema } from './choice-rule.ts';
import {
  anyPath,
  commonFields,
  errorHandlingFields,
  inputOutputFields,
  payloadTemplate,
  resultPath,
  transitionFields,
} from './state-fields.ts';

const taskSchema = z.strictObject({
  ...commonFields,
  ...inputOutputFields,
  ...transitionFields,
  ...errorHandlingFields,
  Type: z.literal('Task'),
  Resource: z.string(),
  Parameters: payloadTemplate.optional(),
  ResultSelector: payloadTemplate.optional(),
  ResultPath: resultPath,
  TimeoutSeconds: z.number().int().positive().optional(),
});
export type TaskState = z.infer<typeof taskSchema>;

const passSchema = z.strictObject({
  ...commonFields,
  ...inputOutputFields,
  ...transitionFields,
  Type: z.literal('Pass'),
  Result: z.json().optional(),
  Parameters: payloadTemplate.optional(),
  ResultPath: resultPath,
});
export type PassState = z.infer<typeof passSchema>;

const waitSchema = z.strictObject({
  ...commonFields,
  ...inputOutputFields,
  ...transitionFields,
  Type: z.literal('Wait'),
  Seconds: z.number().int().nonnegative(),
});

const choiceSchema = z.strictObject({
  ...commonFields,
  ...inputOutputFields,
  Type: z.literal('Choice'),
  Choices: z.array(choiceRuleSchema).min(1),
  Default: z.string().optional(),
});
export type ChoiceState = z.infer<typeof choiceSchema>;

const succeedSchema = z.strictObject({ ...commonFields, ...inputOutputFields, Type: z.literal('Succeed') });

const failSchema = z.strictObject({
  ...commonFields,
  Type: z.literal('Fail'),
  Error: z.string().optional(),
  ErrorPath: anyPath.optional(),
  Cause: z.string().optional(),
  CausePath: anyPath.optional(),
});
export type FailState = z.infer<typeof failSchema>;

export const simpleStateTypes = ['Task', 'Pass', 'Wait', 'Choice', 'Succeed', 'Fail'] as const;

export const simpleStateSchema = z.discriminatedUnion('Type', [
  taskSchema,
  passSchema,
  waitSchema,
  choiceSchema,
  succeedSchema,
  failSchema,
]);
