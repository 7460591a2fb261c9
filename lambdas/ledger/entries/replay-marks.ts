import { z } from 'zod';
import type { RelativePath } from '../../core/path/relative-path.ts';
import type { ReplayMark } from '../../core/plan/replay-mark.ts';
import { type FlowName, fileKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { deleteIfExists, writeItem } from '../write-item.ts';

/** A mark in the entry of a file or object. */
export const replayMarkSchema = z.object({ who: z.string(), reason: z.string(), at: z.coerce.date() });

/** A file or object of a flow, by its path below the flow's remote directory or prefix. */
export interface EntryName {
  readonly flowName: FlowName;
  readonly relativePath: RelativePath;
}

/**
 * Marks an entry, so that the next run or delivery moves it again. `unknown`: the ledger has no such entry,
 * and nothing was written.
 */
export async function markReplay(
  table: Table,
  { flowName, relativePath }: EntryName,
  mark: ReplayMark,
): Promise<'marked' | 'unknown'> {
  const { kind } = await writeItem(table, fileKey(flowName, relativePath), {
    condition: { kind: 'present', path: 'pk' },
    set: { replay: { ...mark, at: mark.at.toISOString() } },
    remove: [],
    proof: { kind: 'repeatable' },
  });
  return kind === 'written' ? 'marked' : 'unknown';
}

/** Deletes the entry of a file or object. @returns whether there was one. */
export async function forgetEntry(table: Table, { flowName, relativePath }: EntryName): Promise<boolean> {
  return (await deleteIfExists(table, fileKey(flowName, relativePath))) === 'deleted';
}
