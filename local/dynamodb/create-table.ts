import {
  CreateTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { localRegion } from '../account/local-account.ts';
import type { TableDefinition, TableIndex } from './table-definition.ts';

/** In seconds. */
const waiterConfig = { maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.5 };

/**
 * Creates the tables that do not exist yet and waits until they can be used. Existing tables keep their
 * items.
 */
export async function createTables(endpoint: string, tables: readonly TableDefinition[]): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: localRegion, credentials });
  try {
    for (const { name, keys, attributes, indexes } of tables) {
      await client
        .send(
          new CreateTableCommand({
            TableName: name,
            KeySchema: [...keys],
            AttributeDefinitions: [...attributes],
            ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes.map(toIndexInput) }),
            BillingMode: 'PAY_PER_REQUEST',
          }),
        )
        .catch((error: unknown) => {
          if (!(error instanceof ResourceInUseException)) throw error;
        });
      // CreateTable returns before the table can be used, as in the service.
      await waitUntilTableExists({ client, ...waiterConfig }, { TableName: name });
    }
  } finally {
    client.destroy();
  }
}

function toIndexInput({ IndexName, KeySchema, Projection }: TableIndex): GlobalSecondaryIndex {
  const { ProjectionType, NonKeyAttributes } = Projection;
  return {
    IndexName,
    KeySchema: [...KeySchema],
    Projection: {
      ProjectionType,
      ...(NonKeyAttributes === undefined ? {} : { NonKeyAttributes: [...NonKeyAttributes] }),
    },
  };
}
