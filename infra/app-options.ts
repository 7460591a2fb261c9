import { join } from 'node:path';
import { z } from 'zod';

/** The options of the app: `cdk deploy -c name=value`. */
export const appOptionsSchema = z.object({
  stage: z
    .string()
    .regex(
      /^[a-z](?:[a-z0-9-]{0,18}[a-z0-9])?$/,
      'must be 1 to 20 lower-case letters, digits and hyphens, start with a letter and not end with a hyphen',
    )
    .default('dev')
    .describe('Part of every resource name, so that one account can have several stages.'),
  partners: z
    .string()
    .min(1)
    .default(join(import.meta.dirname, 'partners'))
    .describe('The folder with the partner files.'),
  onRemoval: z
    .enum(['retain', 'destroy'])
    .default('retain')
    .describe('What happens to the table and the buckets when the stack is deleted.'),
  alarmTopic: z
    .string()
    .regex(/^arn:[^:]+:sns:[^:]+:\d{12}:.+$/, 'must be the ARN of an SNS topic')
    .optional()
    .describe('The SNS topic that alarms notify.'),
});

export const appOptionNames = appOptionsSchema.keyof().options;
