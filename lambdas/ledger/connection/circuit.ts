import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { PartnerId } from '../../contract/ids.ts';
import {
  type Circuit,
  initialCircuit,
  noticeOf,
  type OpenCircuit,
  openCircuit,
  withLogin,
  withNoticeClaimed,
  withNoticePublished,
  withoutTrial,
  withRefusal,
  withTrial,
} from '../../core/connection/circuit.ts';
import { circuitWrite, revisionOf } from '../../core/ledger/circuit-rules.ts';
import type { Item } from '../../core/ledger/item-write.ts';
import { type ItemKey, partnerKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { writeItem } from '../write-item.ts';

const refusedSchema = z.object({
  version: z.string(),
  count: z.number(),
  firstAtMs: z.number(),
  openUntilMs: z.number().optional(),
  message: z.string(),
  notice: z.object({ by: z.string(), untilMs: z.number() }).optional(),
});

const circuitItemSchema = z
  .object({
    provenVersion: z.string().optional(),
    refused: refusedSchema.optional(),
    trialUntilMs: z.number().optional(),
    trialBy: z.string().optional(),
    countedLogins: z.array(z.string()).default([]),
  })
  .transform(({ refused, ...read }): Circuit => {
    const { openUntilMs, notice } = refused ?? {};
    return { ...initialCircuit, ...read, refused: refused && { ...refused, openUntilMs, notice } };
  });

/** What is known of logins at the partner. */
export async function readCircuit(table: Table, partner: PartnerId): Promise<Circuit> {
  return circuitItemSchema.parse(await readItem(table, partner));
}

/** The refusals that keep the circuit open now; undefined if it is closed. */
export async function readOpenCircuit(
  table: Table,
  partner: PartnerId,
  now: Date,
): Promise<OpenCircuit | undefined> {
  return openCircuit(await readCircuit(table, partner), now.getTime());
}

export interface Login {
  /** Unique to this attempt to log in: whatever is recorded of it twice counts once. */
  readonly id: string;
  readonly partner: PartnerId;
  /** The version of the secret. */
  readonly version: string;
  readonly now: Date;
}

/**
 * Takes the right to log in with a secret version that has never logged in, which only one function may do at
 * a time. `no`: another function has it, or the circuit has opened.
 */
export async function takeTrial(table: Table, login: Login): Promise<'taken' | 'no'> {
  const after = await change(table, login.partner, (circuit) => withTrial(circuit, toAttempt(login)));
  return after?.trialBy === login.id ? 'taken' : 'no';
}

/** Gives the right back after a login that ended without an answer to the password. */
export async function endTrial(table: Table, { partner, id }: Pick<Login, 'partner' | 'id'>): Promise<void> {
  await change(table, partner, (circuit) => withoutTrial(circuit, id));
}

/** Records that the version has logged in, which closes the circuit. Writes nothing if that is known. */
export async function recordLogin(table: Table, login: Omit<Login, 'now'>): Promise<void> {
  await change(table, login.partner, (circuit) => withLogin(circuit, login));
}

/**
 * Counts a refused login.
 * @returns the refusals if this one has opened the circuit: the caller publishes the event, and then calls
 * `recordOpeningPublished`. If it does not, `claimOpeningNotice` gives the notice to another.
 */
export async function recordRefusedLogin(
  table: Table,
  login: Login,
  message: string,
): Promise<OpenCircuit | undefined> {
  const after = await change(table, login.partner, (circuit) =>
    withRefusal(circuit, toAttempt(login), message),
  );
  return after && noticeOf(after, login.id);
}

/**
 * Takes over the notice that the circuit has opened, if the function that opened it has not published it.
 * @returns the refusals to publish; undefined if there are none.
 */
export async function claimOpeningNotice(
  table: Table,
  { partner, id, now }: Omit<Login, 'version'>,
): Promise<OpenCircuit | undefined> {
  const claim = { id, nowMs: now.getTime() };
  const after = await change(table, partner, (circuit) => withNoticeClaimed(circuit, claim));
  return after && noticeOf(after, id);
}

/** Records that the notice was published. */
export async function recordOpeningPublished(
  table: Table,
  { partner, id }: Pick<Login, 'partner' | 'id'>,
): Promise<void> {
  await change(table, partner, (circuit) => withNoticePublished(circuit, id));
}

/**
 * Reads the circuit, decides, and writes it; again from the start if another function changed it meanwhile.
 * A decision that finds its change made returns the circuit as it is, and nothing is written.
 * @returns the circuit afterwards; undefined if the decision was against a change.
 */
async function change(
  table: Table,
  partner: PartnerId,
  decide: (circuit: Circuit) => Circuit | undefined,
): Promise<Circuit | undefined> {
  let item = await readItem(table, partner);
  for (;;) {
    const before = circuitItemSchema.parse(item);
    const after = decide(before);
    if (after === undefined || after === before) return after;
    const write = circuitWrite(after, { revision: revisionOf(item), id: randomUUID() });
    const answer = await writeItem(table, circuitKey(partner), write);
    if (answer.kind === 'written') return after;
    item = answer.item;
  }
}

function toAttempt({ id, version, now }: Login) {
  return { id, version, nowMs: now.getTime() };
}

async function readItem(table: Table, partner: PartnerId): Promise<Item> {
  const command = new GetCommand({ TableName: table.name, Key: circuitKey(partner), ConsistentRead: true });
  const { Item: found } = await table.client.send(command);
  return found ?? {};
}

function circuitKey(partner: PartnerId): ItemKey {
  return { pk: partnerKey(partner), sk: 'CIRCUIT' };
}
