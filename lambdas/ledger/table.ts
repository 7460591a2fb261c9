import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** The ledger's table, and the client to access it. */
export interface Table {
  readonly name: string;
  readonly client: DynamoDBDocumentClient;
}

/**
 * A client of the table, with region and endpoint from the environment. The caller closes it with
 * `client.destroy()`.
 */
export function openTable(name: string): Table {
  const client = new DynamoDBClient({});
  return {
    name,
    client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
  };
}
