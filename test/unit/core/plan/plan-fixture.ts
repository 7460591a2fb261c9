import type { DirectoryListing } from '../../../../lambdas/core/listing/listing.ts';
import type { FileRecord } from '../../../../lambdas/core/plan/file-record.ts';
import { type Decision, type FlowRules, planDirectory } from '../../../../lambdas/core/plan/plan.ts';
import { toSiblings } from '../../../../lambdas/core/plan/sibling-rules.ts';
import { context } from '../fixtures.ts';

/** The ledger's records of a directory, by file name. */
export type Records = Readonly<Record<string, FileRecord>>;

/** The decisions for a directory by a flow that transfers every file, unless `rules` differ. */
export function plan(
  of: DirectoryListing,
  records: Records = {},
  rules: Partial<FlowRules> = {},
): readonly Decision[] {
  const siblings = toSiblings(of.files);
  return planDirectory({ ...of, siblings }, new Map(Object.entries(records)), context(rules));
}

/** Each decision with its reason: `transfer new`, `hold min-age-not-reached`. */
export function listReasons(decisions: readonly Decision[]): string[] {
  return decisions.map((each) => ('reason' in each ? `${each.kind} ${each.reason}` : each.kind));
}
