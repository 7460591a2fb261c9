import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { PartnerId } from '../contract/ids.ts';
import {
  afterRefusedLogin,
  type Circuit,
  hasOpened,
  loginRight,
  type OpenCircuit,
  openCircuit,
  type RefusedLogins,
} from '../sync/circuit.ts';
import { type ItemKey, partnerKey } from './keys.ts';
import type { Table } from './table.ts';
import { type Change, updateItem } from './update-item.ts';

/** Longer than two logins may take: a trial whose worker was killed keeps the others back for so long. */
const trialMs = 90_000;

const refusedSchema = z
  .object({
    version: z.string(),
    count: z.number(),
    firstAtMs: z.number(),
    openUntilMs: z.number().optional(),
    message: z.string(),
  })
  .transform((read): RefusedLogins => ({ ...read, openUntilMs: read.openUntilMs }));

const circuitItemSchema = z.object({
  provenVersion: z.string().optional(),
  refused: refusedSchema.optional(),
  trialUntilMs: z.number().optional(),
  /** Grows with each change, so that of two who change it at once one has to look again. */
  revision: z.number().default(0),
});

type CircuitItem = z.infer<typeof circuitItemSchema>;

/** What is known of logins at the partner; of one that nobody has logged in to, `noLoginsYet`. */
export async function readCircuit(table: Table, partner: PartnerId): Promise<Circuit> {
  const { provenVersion, refused, trialUntilMs } = await readItem(table, partner);
  return { provenVersion, refused, trialUntilMs };
}

/** Why nobody connects to the partner now; undefined where the circuit is closed. */
export async function readOpenCircuit(
  table: Table,
  partner: PartnerId,
  now: Date,
): Promise<OpenCircuit | undefined> {
  return openCircuit(await readCircuit(table, partner), now.getTime());
}

export interface LoginOf {
  readonly partner: PartnerId;
  /** The version of the secret. */
  readonly version: string;
  readonly now: Date;
}

/** Takes the right to try a version that is not proven. `no`: somebody was quicker, or the circuit has opened. */
export async function takeTrial(table: Table, login: LoginOf): Promise<'taken' | 'no'> {
  const item = await readItem(table, login.partner);
  const nowMs = login.now.getTime();
  if (loginRight(circuitOf(item), login.version, nowMs).kind !== 'trial') return 'no';
  const isTaken = await changed(table, login.partner, item, {
    set: { trialUntilMs: nowMs + trialMs },
    remove: [],
  });
  return isTaken ? 'taken' : 'no';
}

/** Gives the right back after a trial that told nothing of the password. */
export async function endTrial(table: Table, partner: PartnerId): Promise<void> {
  await change(table, partner, () => ({ set: {}, remove: ['trialUntilMs'] }));
}

/** The version has logged in: this closes the circuit. Writes nothing where that is known already. */
export async function recordLogin(table: Table, { partner, version }: Omit<LoginOf, 'now'>): Promise<void> {
  await change(table, partner, (item) => {
    if (item.provenVersion === version && item.refused === undefined) return undefined;
    return { set: { provenVersion: version }, remove: ['refused', 'trialUntilMs'] };
  });
}

/** Counts a refused login. @returns the refusals where this one has opened the circuit, which is to be told once. */
export async function recordRefusedLogin(
  table: Table,
  { partner, version, now }: LoginOf,
  message: string,
): Promise<OpenCircuit | undefined> {
  let opened: OpenCircuit | undefined;
  await change(table, partner, ({ refused: before, provenVersion }) => {
    const refused = afterRefusedLogin(before, { version, nowMs: now.getTime(), message });
    const { openUntilMs } = refused;
    opened =
      hasOpened(before, refused) && openUntilMs !== undefined ? { ...refused, openUntilMs } : undefined;
    const noLongerProven = provenVersion === version ? ['provenVersion'] : [];
    return { set: { refused }, remove: ['trialUntilMs', ...noLongerProven] };
  });
  return opened;
}

/** Decides by the item as it is, and decides again where another one changed it meanwhile. */
async function change(
  table: Table,
  partner: PartnerId,
  decide: (item: CircuitItem) => Pick<Change, 'set' | 'remove'> | undefined,
): Promise<void> {
  for (;;) {
    const item = await readItem(table, partner);
    const decided = decide(item);
    if (decided === undefined || (await changed(table, partner, item, decided))) return;
  }
}

async function changed(
  table: Table,
  partner: PartnerId,
  { revision }: CircuitItem,
  { set, remove }: Pick<Change, 'set' | 'remove'>,
): Promise<boolean> {
  try {
    await updateItem(table, circuitKey(partner), {
      set: { ...set, revision: revision + 1 },
      remove,
      condition: {
        expression: revision === 0 ? 'attribute_not_exists(revision)' : 'revision = :revision',
        values: revision === 0 ? {} : { ':revision': revision },
      },
    });
    return true;
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return false;
    throw cause;
  }
}

function circuitOf({ provenVersion, refused, trialUntilMs }: CircuitItem): Circuit {
  return { provenVersion, refused, trialUntilMs };
}

async function readItem(table: Table, partner: PartnerId): Promise<CircuitItem> {
  const command = new GetCommand({ TableName: table.name, Key: circuitKey(partner), ConsistentRead: true });
  const { Item } = await table.client.send(command);
  return circuitItemSchema.parse(Item ?? {});
}

function circuitKey(partner: PartnerId): ItemKey {
  return { pk: partnerKey(partner), sk: 'CIRCUIT' };
}
