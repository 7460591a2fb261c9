import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { PartnerId } from '../contract/ids.ts';
import { type ItemKey, partnerKey } from './keys.ts';
import type { Table } from './table.ts';
import { updateItem } from './update-item.ts';

/** What was proved of a server, and not only said by it. */
export interface ServerCapabilities {
  /** Which server: another host or port has proved nothing. */
  readonly server: string;
  /** REST was proved with an offset this large: one that a server cuts to 32 bits shows only beyond them. */
  readonly restUpTo: number;
}

const itemSchema = z.object({ server: z.string(), restUpTo: z.number() });

/** Undefined where nothing was proved, or something contradicted it since. */
export async function provedCapabilities(
  table: Table,
  partner: PartnerId,
): Promise<ServerCapabilities | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: capabilitiesKey(partner), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : itemSchema.parse(Item);
}

export async function recordCapabilities(
  table: Table,
  partner: PartnerId,
  proved: ServerCapabilities & { readonly at: Date },
): Promise<void> {
  const { server, restUpTo, at } = proved;
  const set = { server, restUpTo, provedAt: at.toISOString() };
  await updateItem(table, capabilitiesKey(partner), { set, remove: [] });
}

/** After the first contradiction: what comes next has to prove it anew. */
export async function dropCapabilities(table: Table, partner: PartnerId): Promise<void> {
  await table.client.send(new DeleteCommand({ TableName: table.name, Key: capabilitiesKey(partner) }));
}

function capabilitiesKey(partner: PartnerId): ItemKey {
  return { pk: partnerKey(partner), sk: 'CAPABILITIES' };
}
