import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { PartnerId } from '../contract/ids.ts';
import { isTrait, type KnownServer, type Trait } from '../sync/known-server.ts';
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

const itemSchema = z.object({
  server: z.string().optional(),
  restUpTo: z.number().optional(),
  known: z
    .object({
      server: z.string(),
      seenAt: z.iso.datetime(),
      traits: z.record(z.string(), z.string()),
      expiresAt: z.iso.datetime().optional(),
    })
    .optional(),
});

/** Undefined where nothing was proved, or something contradicted it since. */
export async function provedCapabilities(
  table: Table,
  partner: PartnerId,
): Promise<ServerCapabilities | undefined> {
  const { server, restUpTo } = await readItem(table, partner);
  return server === undefined || restUpTo === undefined ? undefined : { server, restUpTo };
}

/** Records how far REST was proved to be right, in place of what was proved before. */
export async function recordCapabilities(
  table: Table,
  partner: PartnerId,
  proved: ServerCapabilities & { readonly at: Date },
): Promise<void> {
  const { server, restUpTo, at } = proved;
  const set = { server, restUpTo, provedAt: at.toISOString() };
  await updateItem(table, capabilitiesKey(partner), { set, remove: [] });
}

/** After the first contradiction: what comes next has to prove it anew. What was only seen of the server stays. */
export async function dropCapabilities(table: Table, partner: PartnerId): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: capabilitiesKey(partner),
      UpdateExpression: 'REMOVE #server, restUpTo, provedAt',
      ExpressionAttributeNames: { '#server': 'server' },
    }),
  );
}

/** What was seen of the partner's server; undefined where nobody has looked. */
export async function readKnownServer(table: Table, partner: PartnerId): Promise<KnownServer | undefined> {
  const { known } = await readItem(table, partner);
  if (known === undefined) return undefined;
  const { server, seenAt, traits, expiresAt } = known;
  return {
    server,
    seenAt: new Date(seenAt),
    traits: knownTraits(traits),
    expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
  };
}

/** Records what was seen of the server, in place of what was seen before. */
export async function recordKnownServer(
  table: Table,
  partner: PartnerId,
  { server, seenAt, traits, expiresAt }: KnownServer,
): Promise<void> {
  const known = {
    server,
    seenAt: seenAt.toISOString(),
    traits,
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
  };
  await updateItem(table, capabilitiesKey(partner), { set: { known }, remove: [] });
}

/** That something is told at most once in such a time. `not-now`: somebody has told it since. */
export async function mayTellExpiry(
  table: Table,
  partner: PartnerId,
  { now, everyMs }: { readonly now: Date; readonly everyMs: number },
): Promise<'tell' | 'not-now'> {
  try {
    await updateItem(table, capabilitiesKey(partner), {
      set: { expiryToldAtMs: now.getTime() },
      remove: [],
      condition: {
        expression: 'attribute_not_exists(expiryToldAtMs) OR expiryToldAtMs <= :before',
        values: { ':before': now.getTime() - everyMs },
      },
    });
    return 'tell';
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return 'not-now';
    throw cause;
  }
}

async function readItem(table: Table, partner: PartnerId): Promise<z.infer<typeof itemSchema>> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: capabilitiesKey(partner), ConsistentRead: true }),
  );
  return itemSchema.parse(Item ?? {});
}

/** A trait of a version to come, or of one that is gone, is left out. */
function knownTraits(traits: Readonly<Record<string, string>>): KnownServer['traits'] {
  const known: Partial<Record<Trait, string>> = {};
  for (const [name, value] of Object.entries(traits)) if (isTrait(name)) known[name] = value;
  return known;
}

function capabilitiesKey(partner: PartnerId): ItemKey {
  return { pk: partnerKey(partner), sk: 'CAPABILITIES' };
}
