import type { FlowName } from '../../../../lambdas/ledger/keys.ts';
import type { Table } from '../../../../lambdas/ledger/table.ts';

/** A write of the ledger, for a flow of its own. */
export interface WriteCase {
  /** The exported function that writes. */
  readonly name: string;
  /** What the function finds, if it is not called on an empty table. */
  readonly situation?: string;
  readonly before?: (table: Table, flow: FlowName) => Promise<unknown>;
  readonly write: (table: Table, flow: FlowName) => Promise<unknown>;
  /** What another function writes before the request is repeated; otherwise after the write. */
  readonly meanwhile?: (table: Table, flow: FlowName) => Promise<unknown>;
}

/** The time of all writes. */
export const now = new Date('2026-11-20T02:15:00Z');
