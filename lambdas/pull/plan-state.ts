import { z } from 'zod';
import { decisionReasonsSchema, noReasons } from '../contract/decision-reasons.ts';
import { listingLineSchema } from '../contract/listing-documents.ts';
import { documentNames, numbered } from '../contract/run-folder.ts';
import type { Bucket } from '../s3/bucket.ts';
import { getJson, putJson } from '../s3/documents.ts';

const countsSchema = z.object({
  transfers: z.number(),
  bytes: z.number(),
  bigFiles: z.number(),
  postProcess: z.number(),
  held: z.number(),
  refused: z.number(),
  skipped: z.record(z.string(), z.number()),
  reasons: decisionReasonsSchema,
});
export type PlanCounts = z.infer<typeof countsSchema>;

/** How far the plan has come: what one invocation leaves for the next. */
const planStateSchema = z.object({
  counts: countsSchema,
  /** The last line of the listing that is planned; undefined: none is. */
  after: listingLineSchema.optional(),
  /** How many are. */
  lines: z.number(),
});
export type PlanState = z.infer<typeof planStateSchema>;

const nothing: PlanState = {
  counts: {
    transfers: 0,
    bytes: 0,
    bigFiles: 0,
    postProcess: 0,
    held: 0,
    refused: 0,
    skipped: {},
    reasons: noReasons,
  },
  lines: 0,
};

/** What the invocation before this one has left. A repeated invocation finds the same, and overwrites what is its own. */
export async function stateBefore(runs: Bucket, folder: string, round: number): Promise<PlanState> {
  if (round === 0) return nothing;
  const state = await getJson(runs, stateKey(folder, round - 1), planStateSchema);
  if (state === undefined) throw new Error(`The plan of invocation ${round} is not in the runs bucket.`);
  return state;
}

/** Leaves the state for the invocation that goes on. */
export async function leaveState(
  runs: Bucket,
  folder: string,
  { round, state }: { readonly round: number; readonly state: PlanState },
): Promise<void> {
  await putJson(runs, stateKey(folder, round), state);
}

function stateKey(folder: string, round: number): string {
  return `${folder}${documentNames.planState}${numbered(round)}`;
}

/** The pieces that an invocation has cut its share of the manifest into: batches are put together from them. */
export function piecesKey(folder: string, round: number): string {
  return `${folder}${documentNames.planState}pieces-${numbered(round)}`;
}
