import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { PartnerId } from '../../contract/ids.ts';
import type { LoweredLimit } from '../../core/connection/connection-limit.ts';
import { type ItemKey, partnerKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { writeItem } from '../write-item.ts';

/** What functions share about the connections of a partner, apart from the slots. */
export interface Budget {
  readonly lowered: LoweredLimit | undefined;
  /** Until when a function that has no slot waits for one. */
  readonly wantedUntilMs: number | undefined;
}

const budgetItemSchema = z.object({
  lowered: z.object({ to: z.number(), refusedAtMs: z.number(), refusals: z.number() }).optional(),
  wantedUntilMs: z.number().optional(),
});

/** The budget of the partner; all undefined if nothing was recorded. */
export async function readBudget(table: Table, partner: PartnerId): Promise<Budget> {
  const command = new GetCommand({ TableName: table.name, Key: budgetKey(partner), ConsistentRead: true });
  const { Item } = await table.client.send(command);
  const { lowered, wantedUntilMs } = budgetItemSchema.parse(Item ?? {});
  return { lowered, wantedUntilMs };
}

/** Records a limit lowered because the server refused a session; replaces the one before. */
export async function recordLoweredLimit(
  table: Table,
  partner: PartnerId,
  lowered: LoweredLimit,
): Promise<void> {
  await writeItem(table, budgetKey(partner), { set: { lowered }, remove: [] });
}

/** Asks functions that hold more than one slot to give one back. */
export async function requestSlot(table: Table, partner: PartnerId, wantedUntilMs: number): Promise<void> {
  await writeItem(table, budgetKey(partner), { set: { wantedUntilMs }, remove: [] });
}

function budgetKey(partner: PartnerId): ItemKey {
  return { pk: partnerKey(partner), sk: 'BUDGET' };
}
