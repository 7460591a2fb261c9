import {
  CreateTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { localRegion } from '../local-account.ts';
import type { LocalTable } from '../template/local-resources.ts';

/** In seconds. */
const patience = { maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.5 };

/** Makes the tables that are not there yet, and waits until they can be used; one that is there keeps its items. */
export async function createTables(endpoint: string, tables: readonly LocalTable[]): Promise<void> {
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
            ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: [...indexes].map(indexInput) }),
            BillingMode: 'PAY_PER_REQUEST',
          }),
        )
        .catch((error: unknown) => {
          if (!(error instanceof ResourceInUseException)) throw error;
        });
      // It answers before the table may be used, as the service does.
      await waitUntilTableExists({ client, ...patience }, { TableName: name });
    }
  } finally {
    client.destroy();
  }
}

function indexInput({ Projection, ...index }: LocalTable['indexes'][number]): GlobalSecondaryIndex {
  const { ProjectionType, NonKeyAttributes } = Projection;
  return {
    ...index,
    Projection: { ProjectionType, ...(NonKeyAttributes === undefined ? {} : { NonKeyAttributes }) },
  };
}
