import { z } from 'zod';
import type { MappingDefinition } from '../../event-source-mappings/mapping-definition.ts';
import { noLocalMeaning, resourceType, secondsSchema } from './resource-type.ts';

const properties = z.strictObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.boolean().default(true),
  BatchSize: z.number().int().min(1).max(10_000).default(10),
  MaximumBatchingWindowInSeconds: secondsSchema.max(300).default(0),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  ScalingConfig: z
    .strictObject({ MaximumConcurrency: z.number().int().min(2).max(1000).optional() })
    .default({}),
  Tags: noLocalMeaning,
});

export const eventSourceMappingType = resourceType({
  types: ['AWS::Lambda::EventSourceMapping'],
  properties,
  define: ({ properties: { Enabled, ...mapping } }): MappingDefinition | undefined =>
    Enabled
      ? {
          queueArn: mapping.EventSourceArn,
          functionArn: mapping.FunctionName,
          batchSize: mapping.BatchSize,
          batchingWindowSeconds: mapping.MaximumBatchingWindowInSeconds,
          hasItemFailures: mapping.FunctionResponseTypes.length > 0,
          maxConcurrency: mapping.ScalingConfig.MaximumConcurrency,
        }
      : undefined,
});
