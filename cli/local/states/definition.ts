import { z } from 'zod';
import { choiceRuleSchema } from './choice-rule.ts';
import { anyPath, inputPath, payloadTemplate } from './path-fields.ts';

/**
 * The part of the Amazon States Language that the local stack runs (https://states-language.net). Every object is strict:
 * a field that is not named here is refused when the definition is read, because a field that is ignored would make a
 * local run mean something else than a deployed one.
 */
const describing = {
  Comment: z.string().optional(),
  QueryLanguage: z.literal('JSONPath').optional(),
};
const filtering = {
  InputPath: anyPath.nullable().optional(),
  OutputPath: anyPath.nullable().optional(),
};
const leading = { Next: z.string().optional(), End: z.literal(true).optional() };
const resultPath = inputPath.nullable().optional();
const errorEquals = z.array(z.string()).min(1);

const retrierSchema = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: errorEquals,
  IntervalSeconds: z.number().positive().default(1),
  BackoffRate: z.number().min(1).default(2),
  MaxAttempts: z.number().int().nonnegative().default(3),
  MaxDelaySeconds: z.number().positive().optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).default('NONE'),
});
export type Retrier = z.infer<typeof retrierSchema>;

const catcherSchema = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: errorEquals,
  Next: z.string(),
  ResultPath: resultPath,
});

const taskSchema = z.strictObject({
  ...describing,
  ...filtering,
  ...leading,
  Type: z.literal('Task'),
  Resource: z.string(),
  Parameters: payloadTemplate.optional(),
  ResultSelector: payloadTemplate.optional(),
  ResultPath: resultPath,
  TimeoutSeconds: z.number().int().positive().optional(),
  Retry: z.array(retrierSchema).default([]),
  Catch: z.array(catcherSchema).default([]),
});
export type TaskState = z.infer<typeof taskSchema>;

const passSchema = z.strictObject({
  ...describing,
  ...filtering,
  ...leading,
  Type: z.literal('Pass'),
  Result: z.json().optional(),
  Parameters: payloadTemplate.optional(),
  ResultPath: resultPath,
});
export type PassState = z.infer<typeof passSchema>;

const waitSchema = z.strictObject({
  ...describing,
  ...filtering,
  ...leading,
  Type: z.literal('Wait'),
  Seconds: z.number().int().nonnegative(),
});

const choiceSchema = z.strictObject({
  ...describing,
  ...filtering,
  Type: z.literal('Choice'),
  Choices: z.array(choiceRuleSchema).min(1),
  Default: z.string().optional(),
});
export type ChoiceState = z.infer<typeof choiceSchema>;

const succeedSchema = z.strictObject({ ...describing, ...filtering, Type: z.literal('Succeed') });

const failSchema = z.strictObject({
  ...describing,
  Type: z.literal('Fail'),
  Error: z.string().optional(),
  ErrorPath: anyPath.optional(),
  Cause: z.string().optional(),
  CausePath: anyPath.optional(),
});
export type FailState = z.infer<typeof failSchema>;

export const stateTypes = ['Task', 'Pass', 'Wait', 'Choice', 'Succeed', 'Fail'] as const;

const stateSchema = z.discriminatedUnion('Type', [
  taskSchema,
  passSchema,
  waitSchema,
  choiceSchema,
  succeedSchema,
  failSchema,
]);
export type State = z.infer<typeof stateSchema>;

export const definitionSchema = z.strictObject({
  ...describing,
  Version: z.literal('1.0').optional(),
  StartAt: z.string(),
  TimeoutSeconds: z.number().int().positive().optional(),
  States: z.record(z.string(), stateSchema),
});
export type Definition = z.infer<typeof definitionSchema>;
