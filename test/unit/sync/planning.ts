import type { FileRecord } from '../../../lambdas/sync/file-record.ts';
import type { DirectoryListing } from '../../../lambdas/sync/listing.ts';
import { neighboursAmong } from '../../../lambdas/sync/neighbours.ts';
import { type Decision, type FlowRules, planDirectory } from '../../../lambdas/sync/plan.ts';
import { nameOf } from '../../../lambdas/sync/remote-path.ts';
import { context } from './fixtures.ts';

/** What the ledger knows of a directory, by file name. */
export type Records = Readonly<Record<string, FileRecord>>;

/** The decisions for a directory by a flow that takes every file, unless its rules are others. */
export function plan(
  of: DirectoryListing,
  records: Records = {},
  rules: Partial<FlowRules> = {},
): readonly Decision[] {
  const neighbours = neighboursAmong(new Set(of.files.map(({ path }) => nameOf(path))));
  return planDirectory({ ...of, neighbours }, new Map(Object.entries(records)), context(rules));
}

/** `transfer new`, `hold too-young`: what was decided for each name, and why. */
export function told(decisions: readonly Decision[]): string[] {
  return decisions.map((each) => ('reason' in each ? `${each.kind} ${each.reason}` : each.kind));
}
