import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type FlowName, flowKey } from './keys.ts';
import type { Table } from './table.ts';

/**
 * A lease outlives the longest invocation (15 minutes) that may hold it, with room for clocks that differ;
 * every step renews it.
 */
export const leaseMs = 20 * 60_000;

/** The right to run a flow until a time. The fence grows with each lease, so a late writer is told by a smaller one. */
export type LeaseAnswer =
  | { readonly kind: 'taken'; readonly fence: number }
  | { readonly kind: 'busy'; readonly owner: string; readonly until: Date };

export interface LeaseRequest {
  readonly flowName: FlowName;
  /** The execution that will hold it. Asking again as the holder renews it under a new fence. */
  readonly owner: string;
  readonly now: Date;
  /** A holder that is known to have ended without giving its lease back. */
  readonly deadOwner: string | undefined;
}

const flowItemSchema = z.object({
  leaseOwner: z.string().optional(),
  leaseUntil: z.number().optional(),
  fence: z.number().default(0),
  filesLeft: z.number().optional(),
});

/** Takes the lease in one conditional write, or says who has it. */
export async function takeLease(table: Table, request: LeaseRequest): Promise<LeaseAnswer> {
  const { flowName, owner, now, deadOwner } = request;
  try {
    const { Attributes } = await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: flowKey(flowName),
        UpdateExpression: 'SET leaseOwner = :owner, leaseUntil = :until ADD fence :one',
        ConditionExpression:
          'attribute_not_exists(leaseOwner) OR leaseUntil < :now OR leaseOwner = :owner OR leaseOwner = :dead',
        ExpressionAttributeValues: {
          ':owner': owner,
          ':until': now.getTime() + leaseMs,
          ':now': now.getTime(),
          ':dead': deadOwner ?? owner,
          ':one': 1,
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return { kind: 'taken', fence: flowItemSchema.parse(Attributes).fence };
  } catch (cause) {
    if (!(cause instanceof ConditionalCheckFailedException)) throw cause;
    const flow = await readFlow(table, flowName);
    return { kind: 'busy', owner: flow.leaseOwner ?? 'unknown', until: new Date(flow.leaseUntil ?? 0) };
  }
}

/** The run has lost its lease: it expired and another run took it, or someone gave it to another. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** @throws LeaseLostError where the caller does not hold the lease any more. */
export async function renewLease(
  table: Table,
  holder: { flowName: FlowName; owner: string; now: Date },
): Promise<void> {
  await whileHolding(table, holder, {
    expression: 'SET leaseUntil = :until',
    values: { ':until': holder.now.getTime() + leaseMs },
  });
}

/** Gives the lease back. Having lost it already is fine: somebody else runs now. */
export async function releaseLease(
  table: Table,
  holder: { flowName: FlowName; owner: string },
): Promise<void> {
  try {
    await whileHolding(table, holder, { expression: 'REMOVE leaseOwner, leaseUntil', values: {} });
  } catch (cause) {
    if (!(cause instanceof LeaseLostError)) throw cause;
  }
}

/** The execution that has the lease now; undefined where none has. It may have been killed without giving it back. */
export async function leaseHolder(table: Table, flowName: FlowName, now: Date): Promise<string | undefined> {
  const { leaseOwner, leaseUntil } = await readFlow(table, flowName);
  return leaseUntil !== undefined && leaseUntil > now.getTime() ? leaseOwner : undefined;
}

/** How many files the last good run left at the partner; undefined before the first. The plan guard compares with it. */
export async function filesLeftBefore(table: Table, flowName: FlowName): Promise<number | undefined> {
  return (await readFlow(table, flowName)).filesLeft;
}

/** @throws LeaseLostError */
export async function recordFilesLeft(
  table: Table,
  holder: { flowName: FlowName; owner: string },
  filesLeft: number,
): Promise<void> {
  await whileHolding(table, holder, { expression: 'SET filesLeft = :left', values: { ':left': filesLeft } });
}

async function whileHolding(
  table: Table,
  holder: { flowName: FlowName; owner: string },
  change: { expression: string; values: Record<string, unknown> },
): Promise<void> {
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: flowKey(holder.flowName),
        UpdateExpression: change.expression,
        ConditionExpression: 'leaseOwner = :owner',
        ExpressionAttributeValues: { ...change.values, ':owner': holder.owner },
      }),
    );
  } catch (cause) {
    if (!(cause instanceof ConditionalCheckFailedException)) throw cause;
    throw new LeaseLostError(
      `The lease of ${holder.flowName.partner}/${holder.flowName.flow} is another run's now.`,
      { cause },
    );
  }
}

async function readFlow(table: Table, flowName: FlowName): Promise<z.infer<typeof flowItemSchema>> {
  const command = new GetCommand({ TableName: table.name, Key: flowKey(flowName), ConsistentRead: true });
  const { Item } = await table.client.send(command);
  return flowItemSchema.parse(Item ?? {});
}
