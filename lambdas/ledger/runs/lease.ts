import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { ItemWrite } from '../../core/ledger/item-write.ts';
import {
  type HeldLease,
  releaseLeaseWrite,
  renewLeaseWrite,
  takeLeaseWrite,
  whileLeasedWrite,
} from '../../core/ledger/lease-rules.ts';
import { type FlowName, flowKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { writeItem } from '../write-item.ts';

/**
 * Longer than the longest invocation (15 minutes), with a margin for clock differences; every step renews the
 * lease.
 */
export const leaseMs = 20 * 60_000;

/**
 * The right to run a flow for `leaseMs`. The fence grows with each lease, so that the writes of a run that
 * lost its lease are rejected.
 */
export type LeaseAnswer =
  | { readonly kind: 'taken'; readonly fence: number }
  | { readonly kind: 'busy'; readonly owner: string; readonly until: Date };

export interface LeaseRequest {
  readonly flowName: FlowName;
  /** The execution that will hold the lease. The current holder gets it again, with a new fence. */
  readonly owner: string;
  readonly now: Date;
  /** A holder that is known to have ended without releasing its lease. */
  readonly deadOwner: string | undefined;
}

const flowItemSchema = z.object({
  leaseOwner: z.string().optional(),
  leaseUntil: z.number().optional(),
  fence: z.number().default(0),
  remainingFiles: z.number().optional(),
});

/** Takes the lease in one conditional write. `busy`: another execution holds it. */
export async function takeLease(table: Table, request: LeaseRequest): Promise<LeaseAnswer> {
  const { flowName, owner, now, deadOwner } = request;
  const nowMs = now.getTime();
  const take = { owner, id: randomUUID(), deadOwner, nowMs, untilMs: nowMs + leaseMs };
  const { kind, item } = await writeItem(table, flowKey(flowName), takeLeaseWrite(take));
  const flow = flowItemSchema.parse(item);
  if (kind === 'written') return { kind: 'taken', fence: flow.fence };
  return { kind: 'busy', owner: flow.leaseOwner ?? 'unknown', until: new Date(flow.leaseUntil ?? 0) };
}

/** The lease of a flow as one run holds it. */
export interface FlowLease extends HeldLease {
  readonly flowName: FlowName;
}

/** The lease that the run has taken. */
export function leaseOf(run: FlowName & HeldLease): FlowLease {
  const { owner, fence } = run;
  return { flowName: run, owner, fence };
}

/** Another run took the lease: it had expired, or its execution was found to have ended. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** Extends the lease by `leaseMs`. @throws LeaseLostError if the caller no longer holds it: stop the run. */
export async function renewLease(table: Table, lease: FlowLease, now: Date): Promise<void> {
  await whileHolding(table, lease, renewLeaseWrite(lease, now.getTime() + leaseMs));
}

/** Releases the lease; does nothing if it was lost. */
export async function releaseLease(table: Table, lease: FlowLease): Promise<void> {
  await writeItem(table, flowKey(lease.flowName), releaseLeaseWrite(lease));
}

/**
 * The execution that holds the lease now; undefined if none does. It may have been killed without releasing
 * it.
 */
export async function leaseHolder(table: Table, flowName: FlowName, now: Date): Promise<string | undefined> {
  const { leaseOwner, leaseUntil } = await readFlow(table, flowName);
  return leaseUntil !== undefined && leaseUntil > now.getTime() ? leaseOwner : undefined;
}

/**
 * How many files the last good run left at the partner; undefined before the first. The plan guard compares
 * the listing with it.
 */
export async function filesRemainingBefore(table: Table, flowName: FlowName): Promise<number | undefined> {
  return (await readFlow(table, flowName)).remainingFiles;
}

/** Records how many files this run left at the partner. @throws LeaseLostError */
export async function recordFilesRemaining(
  table: Table,
  lease: FlowLease,
  remainingFiles: number,
): Promise<void> {
  await whileHolding(table, lease, whileLeasedWrite(lease, { remainingFiles }));
}

async function whileHolding(table: Table, { flowName }: FlowLease, write: ItemWrite): Promise<void> {
  const { kind } = await writeItem(table, flowKey(flowName), write);
  if (kind === 'written') return;
  throw new LeaseLostError(
    `Another run holds the lease of ${flowName.partner}/${flowName.flow}; this run stops.`,
  );
}

async function readFlow(table: Table, flowName: FlowName): Promise<z.infer<typeof flowItemSchema>> {
  const command = new GetCommand({ TableName: table.name, Key: flowKey(flowName), ConsistentRead: true });
  const { Item } = await table.client.send(command);
  return flowItemSchema.parse(Item ?? {});
}
