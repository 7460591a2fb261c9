import { DeleteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type FlowId, flowIdSchema, type PartnerId } from '../contract/ids.ts';
import { type FlowName, type ItemKey, partnerKey } from './keys.ts';
import type { Table } from './table.ts';

/** A person has stopped a flow, or all flows of a partner, until a person lets it go on. */
export interface Pause {
  /** Undefined: all flows of the partner. */
  readonly flow: FlowId | undefined;
  readonly at: string;
  readonly who: string;
  readonly reason: string;
}

const pauseSchema = z
  .object({ flow: flowIdSchema.optional(), at: z.iso.datetime(), who: z.string(), reason: z.string() })
  .transform((read): Pause => ({ ...read, flow: read.flow }));

/** What is paused of a partner now: one small Query. */
export async function pausesOf(table: Table, partner: PartnerId): Promise<Pause[]> {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :pauses)',
      ExpressionAttributeValues: { ':pk': partnerKey(partner), ':pauses': 'PAUSE#' },
      ConsistentRead: true,
    }),
  );
  return Items.map((item) => pauseSchema.parse(item));
}

/** Why the flow must not run now; undefined where it may. */
export async function pauseOf(table: Table, { partner, flow }: FlowName): Promise<Pause | undefined> {
  return pauseAmong(await pausesOf(table, partner), flow);
}

/** Which of a partner's pauses holds for the flow; its own before that of all. */
export function pauseAmong(pauses: readonly Pause[], flow: FlowId): Pause | undefined {
  return pauses.find((pause) => pause.flow === flow) ?? pauses.find((pause) => pause.flow === undefined);
}

/** Pauses the partner, or one flow of it, from the next look on; in place of a pause that is there. */
export async function recordPause(table: Table, partner: PartnerId, pause: Pause): Promise<void> {
  await table.client.send(
    new PutCommand({ TableName: table.name, Item: { ...pauseKey(partner, pause.flow), ...pause } }),
  );
}

/** @returns whether it was paused. */
export async function removePause(
  table: Table,
  partner: PartnerId,
  flow: FlowId | undefined,
): Promise<boolean> {
  const { Attributes } = await table.client.send(
    new DeleteCommand({ TableName: table.name, Key: pauseKey(partner, flow), ReturnValues: 'ALL_OLD' }),
  );
  return Attributes !== undefined;
}

/** No flow is named by a star. */
function pauseKey(partner: PartnerId, flow: FlowId | undefined): ItemKey {
  return { pk: partnerKey(partner), sk: `PAUSE#${flow ?? '*'}` };
}
