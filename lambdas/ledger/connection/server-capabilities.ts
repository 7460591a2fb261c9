import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { PartnerId } from '../../contract/ids.ts';
import { isTrait, type KnownServer, type Trait } from '../../core/connection/known-server.ts';
import type { ServerCertificate } from '../../core/connection/server-certificate.ts';
import { absentOr } from '../../core/ledger/item-write.ts';
import { type ItemKey, partnerKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { writeItem } from '../write-item.ts';

/** What a server was proven to do, not only said to do. */
export interface ServerCapabilities {
  /** Host and port. Another server has to prove itself again. */
  readonly server: string;
  /**
   * The largest offset that REST was proven with: a server that cuts offsets to 32 bits fails only beyond.
   */
  readonly restUpTo: number;
}

const certificateSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  names: z.array(z.string()),
  validFrom: z.iso.datetime().transform((text) => new Date(text)),
  expiresAt: z.iso.datetime().transform((text) => new Date(text)),
  fingerprint: z.string(),
  isSelfSigned: z.boolean(),
  key: z.string().optional(),
  signature: z.string().optional(),
});

const itemSchema = z.object({
  server: z.string().optional(),
  restUpTo: z.number().optional(),
  known: z
    .object({
      server: z.string(),
      seenAt: z.iso.datetime(),
      traits: z.record(z.string(), z.string()),
      expiresAt: z.iso.datetime().optional(),
      certificate: certificateSchema.optional(),
    })
    .optional(),
});

/** Undefined if nothing was proven, or the server has contradicted it since. */
export async function provenCapabilities(
  table: Table,
  partner: PartnerId,
): Promise<ServerCapabilities | undefined> {
  const { server, restUpTo } = await readItem(table, partner);
  return server === undefined || restUpTo === undefined ? undefined : { server, restUpTo };
}

/** Records up to which offset REST was proven, in place of an earlier proof. */
export async function recordCapabilities(
  table: Table,
  partner: PartnerId,
  proven: ServerCapabilities & { readonly at: Date },
): Promise<void> {
  const { server, restUpTo, at } = proven;
  const set = { server, restUpTo, provenAt: at.toISOString() };
  await writeItem(table, capabilitiesKey(partner), { set, remove: [] });
}

/**
 * Drops the proof after the server has contradicted it. What was learned about the server (`known`) stays.
 */
export async function dropCapabilities(table: Table, partner: PartnerId): Promise<void> {
  const remove = ['server', 'restUpTo', 'provenAt'];
  await writeItem(table, capabilitiesKey(partner), { set: {}, remove });
}

/** What earlier sessions observed of the partner's server; undefined before the first of them. */
export async function readKnownServer(table: Table, partner: PartnerId): Promise<KnownServer | undefined> {
  const { known } = await readItem(table, partner);
  if (known === undefined) return undefined;
  const { server, seenAt, traits, expiresAt, certificate } = known;
  return {
    certificate,
    server,
    seenAt: new Date(seenAt),
    traits: knownTraits(traits),
    expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
  };
}

/** Records what a session observed of the server, in place of earlier observations. */
export async function recordKnownServer(
  table: Table,
  partner: PartnerId,
  { server, seenAt, traits, expiresAt, certificate }: KnownServer,
): Promise<void> {
  const known = {
    server,
    seenAt: seenAt.toISOString(),
    traits,
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
    ...(certificate === undefined ? {} : { certificate: certificateItem(certificate) }),
  };
  await writeItem(table, capabilitiesKey(partner), { set: { known }, remove: [] });
}

/**
 * Claims the right to publish the notice of an expiring certificate, at most once in `everyMs`. `not-due`: it
 * was published within that time.
 */
export async function claimExpiryNotice(
  table: Table,
  partner: PartnerId,
  { now, everyMs }: { readonly now: Date; readonly everyMs: number },
): Promise<'claimed' | 'not-due'> {
  const { kind } = await writeItem(table, capabilitiesKey(partner), {
    condition: absentOr({ kind: 'at-most', path: 'expiryNoticeAtMs', value: now.getTime() - everyMs }),
    set: { expiryNoticeAtMs: now.getTime() },
    remove: [],
    proof: { kind: 'stamp', at: 'expiryNoticeClaim', id: randomUUID() },
  });
  return kind === 'written' ? 'claimed' : 'not-due';
}

/** Gives a claim back whose notice could not be published; does nothing where there is a later one. */
export async function releaseExpiryNotice(table: Table, partner: PartnerId, claimedAt: Date): Promise<void> {
  await writeItem(table, capabilitiesKey(partner), {
    condition: { kind: 'equal', path: 'expiryNoticeAtMs', value: claimedAt.getTime() },
    set: {},
    remove: ['expiryNoticeAtMs'],
    proof: { kind: 'unreported' },
  });
}

function certificateItem({ validFrom, expiresAt, key, signature, ...rest }: ServerCertificate) {
  return {
    ...rest,
    validFrom: validFrom.toISOString(),
    expiresAt: expiresAt.toISOString(),
    ...(key === undefined ? {} : { key }),
    ...(signature === undefined ? {} : { signature }),
  };
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
