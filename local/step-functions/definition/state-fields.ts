import { z } from 'zod';
import type { JsonValue } from '../../endpoint/json-value.ts';
import { parseReferencePath, type ReferencePath } from '../data/json-path.ts';
import { type PayloadTemplate, parsePayloadTemplate } from '../data/payload-template.ts';

/** A path into the state's input or into the context object. */
export const anyPath = z.string().transform((text, context): ReferencePath => {
  const path = parseReferencePath(text);
  if (path !== undefined) return path;
  context.addIssue({ code: 'custom', message: `'${text}' is not a path that the local stack supports` });
  return z.NEVER;
});

/** A path into the state's input. */
export const inputPath = anyPath.refine(
  (path) => path.root === 'input',
  'cannot be a path into the context object',
);

/** Parameters and ResultSelector. */
export const payloadTemplate = z.json().transform((value, context): PayloadTemplate => {
  try {
    return parsePayloadTemplate(value satisfies JsonValue);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
});

/**
 * Fields that several state types share. The schema of a type includes those that the States Language gives
 * it, and no others.
 */
export const commonFields = {
  Comment: z.string().optional(),
  QueryLanguage: z.literal('JSONPath').optional(),
};

export const inputOutputFields = {
  InputPath: anyPath.nullable().optional(),
  OutputPath: anyPath.nullable().optional(),
};

export const transitionFields = { Next: z.string().optional(), End: z.literal(true).optional() };

export const resultPath = inputPath.nullable().optional();

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

export const errorHandlingFields = {
  Retry: z.array(retrierSchema).default([]),
  Catch: z.array(catcherSchema).default([]),
};

/** How a state handles errors: Retry first, then Catch. */
export interface ErrorHandling {
  readonly Retry: readonly Retrier[];
  readonly Catch: readonly z.infer<typeof catcherSchema>[];
}
