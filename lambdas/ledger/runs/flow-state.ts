import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type FlowId, flowIdSchema, type PartnerId } from '../../contract/ids.ts';
import { type FlowName, flowKey, partnerKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { writeItem } from '../write-item.ts';

/** What the monitor needs to know of a flow. */
export interface FlowState {
  /** The start of the last run that finished, with or without failed files. */
  readonly lastEndedAt: Date | undefined;
  /** The start of the last run that finished without failed files. */
  readonly lastGoodAt: Date | undefined;
  readonly leaseUntil: Date | undefined;
}

/** The state of a flow that has never run. */
export const unknownFlow: FlowState = {
  lastEndedAt: undefined,
  lastGoodAt: undefined,
  leaseUntil: undefined,
};

const flowPrefix = 'FLOW#';

const itemSchema = z
  .object({
    sk: z.string().startsWith(flowPrefix),
    lastEndedAt: z.coerce.date().optional(),
    lastGoodAt: z.coerce.date().optional(),
    leaseUntil: z.number().optional(),
  })
  .transform(({ sk, leaseUntil, ...times }): readonly [FlowId, FlowState] => [
    flowIdSchema.parse(sk.slice(flowPrefix.length)),
    {
      lastEndedAt: times.lastEndedAt,
      lastGoodAt: times.lastGoodAt,
      leaseUntil: leaseUntil === undefined ? undefined : new Date(leaseUntil),
    },
  ]);

/** The states of the partner's flows that have ever run. */
export async function flowStates(table: Table, partner: PartnerId): Promise<ReadonlyMap<FlowId, FlowState>> {
  const states = new Map<FlowId, FlowState>();
  const query = {
    TableName: table.name,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :flows)',
    ExpressionAttributeValues: { ':pk': partnerKey(partner), ':flows': flowPrefix },
  };
  for await (const { Items = [] } of paginateQuery({ client: table.client }, query)) {
    for (const [flow, state] of Items.map((item) => itemSchema.parse(item))) states.set(flow, state);
  }
  return states;
}

/** Records that a run of the flow has finished. `good`: without failed files. */
export async function recordRunEnded(
  table: Table,
  flowName: FlowName,
  { startedAt, end }: { readonly startedAt: Date; readonly end: 'good' | 'incomplete' },
): Promise<void> {
  const at = startedAt.toISOString();
  const set = { lastEndedAt: at, lastGoodAt: end === 'good' ? at : undefined };
  await writeItem(table, flowKey(flowName), { set, remove: [] });
}
