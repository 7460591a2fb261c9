import { z } from 'zod';
import { anyPath, inputPath } from './path-fields.ts';

/** Fields that several types of states have. A type's schema takes those that the states language gives it, and no other. */
export const describing = {
  Comment: z.string().optional(),
  QueryLanguage: z.literal('JSONPath').optional(),
};

export const filtering = {
  InputPath: anyPath.nullable().optional(),
  OutputPath: anyPath.nullable().optional(),
};

export const leading = { Next: z.string().optional(), End: z.literal(true).optional() };

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

export const failing = {
  Retry: z.array(retrierSchema).default([]),
  Catch: z.array(catcherSchema).default([]),
};

/** What a state does about errors. */
export interface Failing {
  readonly Retry: readonly Retrier[];
  readonly Catch: readonly z.infer<typeof catcherSchema>[];
}
