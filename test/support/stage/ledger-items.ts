import { DeleteCommand, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type FlowName, flowKey } from '../../../lambdas/ledger/keys.ts';
import type { Table } from '../../../lambdas/ledger/table.ts';

const itemSchema = z.looseObject({ pk: z.string(), sk: z.string() });

/** An item of the table as it is stored. */
export type LedgerItem = z.infer<typeof itemSchema>;

/** Every item that is wanted, in the order of the keys. */
export async function ledgerItems(
  table: Table,
  isWanted: (item: LedgerItem) => boolean = () => true,
): Promise<readonly LedgerItem[]> {
  const items: LedgerItem[] = [];
  for await (const { Items = [] } of paginateScan(
    { client: table.client },
    { TableName: table.name, ConsistentRead: true },
  )) {
    items.push(...Items.map((item) => itemSchema.parse(item)).filter(isWanted));
  }
  return items.sort((a, b) => (`${a.pk}\n${a.sk}` < `${b.pk}\n${b.sk}` ? -1 : 1));
}

/** Takes an item away, as if what wrote it had been killed just before. */
export async function forget(table: Table, { pk, sk }: LedgerItem): Promise<void> {
  await table.client.send(new DeleteCommand({ TableName: table.name, Key: { pk, sk } }));
}

/** Makes the lease of a flow one that has expired, as if whoever holds it had been asleep for long. */
export async function lapseLease(table: Table, flowName: FlowName): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: flowKey(flowName),
      UpdateExpression: 'SET leaseUntil = :past',
      ExpressionAttributeValues: { ':past': 0 },
    }),
  );
}
