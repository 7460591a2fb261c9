import { z } from 'zod';
import { simpleStateSchema } from './simple-states.ts';
import {
  anyPath,
  commonFields,
  errorHandlingFields,
  inputOutputFields,
  payloadTemplate,
  resultPath,
  transitionFields,
} from './state-fields.ts';

/**
 * A Distributed Map whose items are the lines or elements of an object in S3, and whose results are written
 * to S3. Every other Map is refused: inline, over a part of its input, or with results in its output.
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
export const mapSchema = z
  .strictObject({
    ...commonFields,
    ...inputOutputFields,
    ...transitionFields,
    ...errorHandlingFields,
    Type: z.literal('Map'),
    ItemReader: z.strictObject({
      Resource: z.literal('arn:aws:states:::s3:getObject'),
      ReaderConfig: z.strictObject({ InputType: z.enum(['JSON', 'JSONL']) }),
      Parameters: templateWith(['Bucket', 'Key']),
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
      Parameters: templateWith(['Bucket', 'Prefix']),
      // The default of the service.
      WriterConfig: z
        .strictObject({ OutputType: z.literal('JSON'), Transformation: z.literal('NONE') })
        .optional(),
    }),
    // The name of the child workflow, which is part of ARNs.
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

function templateWith(names: readonly string[]) {
  return payloadTemplate.refine(
    (template) =>
      template.kind === 'object' &&
      template.fields.size === names.length &&
      names.every((name) => template.fields.has(name)),
    `must have ${names.join(' and ')} and no other field`,
  );
}
