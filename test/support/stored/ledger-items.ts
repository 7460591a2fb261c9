import { DeleteCommand, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type FlowName, flowKey } from '../../../lambdas/ledger/keys.ts';
import type { Table } from '../../../lambdas/ledger/table.ts';

const itemSchema = z.looseObject({ pk: z.string(), sk: z.string() });

/** An item of the table as it is stored. */
export type LedgerItem = z.infer<typeof itemSchema>;

/** The items that match, in the order of their keys. */
export async function ledgerItems(
  table: Table,
  matches: (item: LedgerItem) => boolean = () => true,
): Promise<readonly LedgerItem[]> {
  const items: LedgerItem[] = [];
  for await (const { Items = [] } of paginateScan(
    { client: table.client },
    { TableName: table.name, ConsistentRead: true },
  )) {
    items.push(...Items.map((item) => itemSchema.parse(item)).filter(matches));
  }
  return items.sort((a, b) => (`${a.pk}\n${a.sk}` < `${b.pk}\n${b.sk}` ? -1 : 1));
}

/** Deletes an item, as if its writer had been killed just before. */
export async function forget(table: Table, { pk, sk }: LedgerItem): Promise<void> {
  await table.client.send(new DeleteCommand({ TableName: table.name, Key: { pk, sk } }));
}

/** Expires the lease of a flow, as if its holder had been suspended. */
export async function expireLease(table: Table, flowName: FlowName): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: flowKey(flowName),
      UpdateExpression: 'SET leaseUntil = :past',
      ExpressionAttributeValues: { ':past': 0 },
    }),
  );
}
