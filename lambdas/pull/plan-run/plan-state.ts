import { z } from 'zod';
import { listingLineSchema } from '../../contract/documents/listing-documents.ts';
import { decisionReasonsSchema, emptyReasons } from '../../contract/documents/plan-documents.ts';
import { documentNames, numbered } from '../../contract/documents/run-folder.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { getJson, putJson } from '../../s3/documents/documents.ts';

const countsSchema = z.object({
  transfers: z.number(),
  bytes: z.number(),
  bigFiles: z.number(),
  disposeFiles: z.number(),
  held: z.number(),
  refused: z.number(),
  skipped: z.record(z.string(), z.number()),
  reasons: decisionReasonsSchema,
});
export type PlanCounts = z.infer<typeof countsSchema>;

/** The state of a plan between two invocations. */
const planStateSchema = z.object({
  counts: countsSchema,
  /** The last planned line of the listing; undefined: none is planned. */
  after: listingLineSchema.optional(),
  /** How many lines are planned. */
  lines: z.number(),
});
export type PlanState = z.infer<typeof planStateSchema>;

const emptyState: PlanState = {
  counts: {
    transfers: 0,
    bytes: 0,
    bigFiles: 0,
    disposeFiles: 0,
    held: 0,
    refused: 0,
    skipped: {},
    reasons: emptyReasons,
  },
  lines: 0,
};

/** The state that the previous invocation left. A repeated invocation reads the same. @throws StorageError */
export async function readPlanState(runs: Bucket, folder: string, round: number): Promise<PlanState> {
  if (round === 0) return emptyState;
  const state = await getJson(runs, stateKey(folder, round - 1), planStateSchema);
  if (state === undefined) throw new Error(`The state of plan round ${round - 1} is not in the runs bucket.`);
  return state;
}

/** Saves the state for the next invocation. @throws StorageError */
export async function writePlanState(
  runs: Bucket,
  folder: string,
  { round, state }: { readonly round: number; readonly state: PlanState },
): Promise<void> {
  await putJson(runs, stateKey(folder, round), state);
}

function stateKey(folder: string, round: number): string {
  return `${folder}${documentNames.planState}${numbered(round)}`;
}

/** The key of the pieces of one invocation's manifest, from which the batches are joined. */
export function piecesKey(folder: string, round: number): string {
  return `${folder}${documentNames.planState}pieces-${numbered(round)}`;
}
