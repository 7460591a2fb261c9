import { randomBytes } from 'node:crypto';
import { PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { flowIdSchema, type PartnerId, partnerIdSchema } from '../contract/ids.ts';
import { partnerKey } from './keys.ts';
import type { Table } from './table.ts';

/** What a person does to a flow besides running it. */
const actKinds = ['pause', 'resume', 'approve', 'replay', 'forget', 'adopt'] as const;

const actSchema = z.object({
  kind: z.enum(actKinds),
  partner: partnerIdSchema,
  /** Undefined: all flows of the partner. */
  flow: flowIdSchema.optional(),
  at: z.iso.datetime(),
  who: z.string(),
  reason: z.string(),
  /** What it was done to: a path, or a run. */
  on: z.string().optional(),
});

/** An act of the operator: who did what, when, and why. It is kept as long as the table, with no expiry. */
export type Act = z.infer<typeof actSchema>;

/** Records an act for good; it changes nothing else. */
export async function recordAct(table: Table, act: Act): Promise<void> {
  // Two acts of one millisecond are two acts.
  const sk = `${actsStart}${act.at}#${randomBytes(4).toString('hex')}`;
  await table.client.send(
    new PutCommand({ TableName: table.name, Item: { pk: partnerKey(act.partner), sk, ...act } }),
  );
}

/** Acts on the partner and its flows, the newest first, page by page. */
export async function* actsOf(table: Table, partner: PartnerId): AsyncGenerator<Act> {
  const pages = paginateQuery(
    { client: table.client, pageSize: 100 },
    {
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :acts)',
      ExpressionAttributeValues: { ':pk': partnerKey(partner), ':acts': actsStart },
      ScanIndexForward: false,
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) for (const item of Items) yield actSchema.parse(item);
}

const actsStart = 'ACT#';
