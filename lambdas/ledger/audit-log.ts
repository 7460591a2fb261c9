import { randomBytes } from 'node:crypto';
import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { flowIdSchema, type PartnerId, partnerIdSchema } from '../contract/ids.ts';
import { partnerKey } from './keys.ts';
import type { Table } from './table.ts';
import { putItem } from './write-item.ts';

/** What an operator can do to a flow, a partner or the stage, other than run a flow. */
const auditedActions = [
  'pause',
  'resume',
  'approve',
  'accept-listing',
  'replay',
  'forget',
  'adopt',
  'redrive',
  'secret-put',
] as const;

/** Stands for the partner of an action on the stage as a whole. It is not a valid partner id. */
export const wholeStage = '*';
export type AuditedName = PartnerId | typeof wholeStage;

export const auditEntrySchema = z.object({
  kind: z.enum(auditedActions),
  partner: z.union([partnerIdSchema, z.literal(wholeStage)]),
  /** Undefined: all flows of the partner. */
  flow: flowIdSchema.optional(),
  at: z.iso.datetime(),
  who: z.string(),
  reason: z.string(),
  /** The path or run that it applies to. */
  on: z.string().optional(),
});

/** Which operator did what, when, and why. Entries do not expire. */
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** Appends an entry to the audit log. It does not perform the action. */
export async function recordAuditEntry(table: Table, entry: AuditEntry): Promise<void> {
  // The random part keeps two entries of the same millisecond apart.
  const sk = `${keyPrefix}${entry.at}#${randomBytes(4).toString('hex')}`;
  await putItem(table, { pk: auditKey(entry.partner), sk, ...entry });
}

/** The audit log of the partner and its flows, newest first; read page by page as it is consumed. */
export async function* flowAuditEntries(table: Table, partner: AuditedName): AsyncGenerator<AuditEntry> {
  const pages = paginateQuery(
    { client: table.client, pageSize: 100 },
    {
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': auditKey(partner), ':prefix': keyPrefix },
      ScanIndexForward: false,
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) for (const item of Items) yield auditEntrySchema.parse(item);
}

/** The entries of the stage are under a partner of no partner file. */
function auditKey(partner: AuditedName): string {
  return partnerKey(partner as PartnerId);
}

const keyPrefix = 'AUDIT#';
