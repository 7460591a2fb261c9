import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { PartnerId } from '../contract/ids.ts';
import type { LoweredLimit } from '../sync/connection-limit.ts';
import { type ItemKey, partnerKey } from './keys.ts';
import type { Table } from './table.ts';
import { updateItem } from './update-item.ts';

/** What the functions of a partner tell each other of its connections. */
export interface Budget {
  readonly lowered: LoweredLimit | undefined;
  /** Until when somebody waits who has no slot at all. */
  readonly wantedUntilMs: number | undefined;
}

const budgetItemSchema = z.object({
  lowered: z.object({ to: z.number(), refusedAtMs: z.number(), refusals: z.number() }).optional(),
  wantedUntilMs: z.number().optional(),
});

/** What is written of the partner's connections besides its slots; both undefined where nothing is. */
export async function readBudget(table: Table, partner: PartnerId): Promise<Budget> {
  const command = new GetCommand({ TableName: table.name, Key: budgetKey(partner), ConsistentRead: true });
  const { Item } = await table.client.send(command);
  const { lowered, wantedUntilMs } = budgetItemSchema.parse(Item ?? {});
  return { lowered, wantedUntilMs };
}

/** Records the limit that a refused session has left, in place of the one before. */
export async function recordLoweredLimit(
  table: Table,
  partner: PartnerId,
  lowered: LoweredLimit,
): Promise<void> {
  await updateItem(table, budgetKey(partner), { set: { lowered }, remove: [] });
}

/** Asks those who have more than one slot to give one back. */
export async function askForSlot(table: Table, partner: PartnerId, wantedUntilMs: number): Promise<void> {
  await updateItem(table, budgetKey(partner), { set: { wantedUntilMs }, remove: [] });
}

function budgetKey(partner: PartnerId): ItemKey {
  return { pk: partnerKey(partner), sk: 'BUDGET' };
}
