import { z } from 'zod';
import type { TableDefinition } from '../../dynamodb/table-definition.ts';
import { noLocalMeaning, resourceType } from './resource-type.ts';

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

const properties = z.strictObject({
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.strictObject({
          ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    )
    .default([]),
  TableName: noLocalMeaning,
  BillingMode: noLocalMeaning,
  Replicas: noLocalMeaning,
  SSESpecification: noLocalMeaning,
  // Expired items stay. Readers must ignore them anyway: the service only promises to delete within days.
  TimeToLiveSpecification: noLocalMeaning,
  PointInTimeRecoverySpecification: noLocalMeaning,
  DeletionProtectionEnabled: noLocalMeaning,
  Tags: noLocalMeaning,
});

export const tableType = resourceType({
  types: ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'],
  properties,
  define: ({
    name,
    properties: { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes },
  }): TableDefinition => ({
    name,
    attributes: AttributeDefinitions,
    keys: KeySchema,
    indexes: GlobalSecondaryIndexes,
  }),
});
