import { join } from 'node:path';
import { z } from 'zod';

/** What `cdk -c name=value` can set. */
export const appOptionsSchema = z.object({
  stage: z
    .string()
    .regex(
      /^[a-z](?:[a-z0-9-]{0,18}[a-z0-9])?$/,
      'must be 1 to 20 lower-case letters, digits and hyphens that begin with a letter and end with none',
    )
    .default('dev')
    .describe('Part of every name: two stages live side by side in one account.'),
  partners: z
    .string()
    .min(1)
    .default(join(import.meta.dirname, 'partners'))
    .describe('The folder of the partner files.'),
  onRemoval: z
    .enum(['retain', 'destroy'])
    .default('retain')
    .describe('Whether table and buckets outlive the stack.'),
  alarmTopic: z
    .string()
    .regex(/^arn:[^:]+:sns:[^:]+:\d{12}:.+$/, 'must be the ARN of an SNS topic')
    .optional()
    .describe('Where the alarms go.'),
});

export const appOptionNames = appOptionsSchema.keyof().options;
