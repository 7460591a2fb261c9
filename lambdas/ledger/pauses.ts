import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type FlowId, flowIdSchema, type PartnerId } from '../contract/ids.ts';
import { type FlowName, type ItemKey, partnerKey } from './keys.ts';
import type { Table } from './table.ts';
import { deleteIfExists, putItem } from './write-item.ts';

/** An operator has paused a flow, or all flows of a partner, until an operator resumes it. */
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

/** The current pauses of a partner and its flows. */
export async function listPauses(table: Table, partner: PartnerId): Promise<Pause[]> {
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

/** The pause that keeps the flow from running; undefined if it may run. */
export async function findPause(table: Table, { partner, flow }: FlowName): Promise<Pause | undefined> {
  return pauseFor(await listPauses(table, partner), flow);
}

/** The pause that applies to the flow: its own, or else that of all flows. */
export function pauseFor(pauses: readonly Pause[], flow: FlowId): Pause | undefined {
  return pauses.find((pause) => pause.flow === flow) ?? pauses.find((pause) => pause.flow === undefined);
}

/** Pauses a flow, or all flows of the partner; replaces an earlier pause of the same. */
export async function recordPause(table: Table, partner: PartnerId, pause: Pause): Promise<void> {
  await putItem(table, { ...pauseKey(partner, pause.flow), ...pause });
}

/** Resumes a flow, or all flows where `flow` is undefined. @returns whether it was paused. */
export async function removePause(
  table: Table,
  partner: PartnerId,
  flow: FlowId | undefined,
): Promise<boolean> {
  return (await deleteIfExists(table, pauseKey(partner, flow))) === 'deleted';
}

/** `*` stands for all flows: it is not a valid flow id. */
function pauseKey(partner: PartnerId, flow: FlowId | undefined): ItemKey {
  return { pk: partnerKey(partner), sk: `PAUSE#${flow ?? '*'}` };
}
