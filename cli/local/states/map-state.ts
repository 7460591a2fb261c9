import { z } from 'zod';
import { anyPath, payloadTemplate } from './path-fields.ts';
import { simpleStateSchema } from './simple-states.ts';
import { describing, failing, filtering, leading, resultPath } from './state-fields.ts';

/**
 * A Map whose items are lines or elements of an object in S3, each with an execution of its own, and whose results are written to
 * S3. Every other Map is refused: an inline one, one over a part of its input, one that hands its results on.
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
export const mapSchema = z
  .strictObject({
    ...describing,
    ...filtering,
    ...leading,
    ...failing,
    Type: z.literal('Map'),
    ItemReader: z.strictObject({
      Resource: z.literal('arn:aws:states:::s3:getObject'),
      ReaderConfig: z.strictObject({ InputType: z.enum(['JSON', 'JSONL']) }),
      Parameters: templateOf(['Bucket', 'Key']),
    }),
    ItemSelector: payloadTemplate.optional(),
    ItemBatcher: z
      .strictObject({
        MaxItemsPerBatch: z.number().int().positive(),
        BatchInput: payloadTemplate.optional(),
      })
      .optional(),
    ItemProcessor: z.strictObject({
      ProcessorConfig: z.strictObject({
        Mode: z.literal('DISTRIBUTED'),
        ExecutionType: z.literal('STANDARD'),
      }),
      StartAt: z.string(),
      States: z.record(z.string(), simpleStateSchema),
    }),
    ResultWriter: z.strictObject({
      Resource: z.literal('arn:aws:states:::s3:putObject'),
      Parameters: templateOf(['Bucket', 'Prefix']),
      // What the service does where it is left out.
      WriterConfig: z
        .strictObject({ OutputType: z.literal('JSON'), Transformation: z.literal('NONE') })
        .optional(),
    }),
    // The name of the child workflow is part of ARNs.
    Label: z
      .string()
      .regex(/^[\w.-]{1,40}$/)
      .optional(),
    MaxConcurrency: z.number().int().nonnegative().optional(),
    MaxConcurrencyPath: anyPath.optional(),
    ToleratedFailureCount: z.number().int().nonnegative().optional(),
    ToleratedFailurePercentage: z.number().min(0).max(100).optional(),
    ResultSelector: payloadTemplate.optional(),
    ResultPath: resultPath,
  })
  .refine(
    ({ MaxConcurrency, MaxConcurrencyPath }) =>
      MaxConcurrency === undefined || MaxConcurrencyPath === undefined,
    'has both MaxConcurrency and MaxConcurrencyPath',
  );
export type MapState = z.infer<typeof mapSchema>;

function templateOf(names: readonly string[]) {
  return payloadTemplate.refine(
    (template) =>
      template.kind === 'object' &&
      template.fields.size === names.length &&
      names.every((name) => template.fields.has(name)),
    `must have ${names.join(' and ')}, and nothing else`,
  );
}
