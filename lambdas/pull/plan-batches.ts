import { z } from 'zod';
import { documentNames, runFolder } from '../contract/run-folder.ts';
import type { Batch, PlanRunOutput, Run } from '../contract/workflow.ts';
import type { Bucket } from '../s3/bucket.ts';
import { readJsonLines } from '../s3/documents.ts';
import { JsonLinesWriter } from '../s3/json-lines-writer.ts';
import {
  batchLimits,
  type ManifestShare,
  ShareJoiner,
  type ShareLimits,
  type WorkerSetting,
} from '../sync/batch.ts';
import { expectedSeconds, type TransferRate } from '../sync/expected-time.ts';
import { type Route, routeOf } from '../sync/route.ts';
import { piecesKey } from './plan-state.ts';

const pieceSchema: z.ZodType<ManifestShare> = z.object({
  document: z.number(),
  offset: z.number(),
  length: z.number(),
  files: z.number(),
  bytes: z.number(),
});

/** What a small run's worker gets where there is nothing to transfer, but other things to do. */
const emptyShare: ManifestShare = { document: 0, offset: 0, length: 0, files: 0, bytes: 0 };

const withoutLimits: ShareLimits = { seconds: Number.POSITIVE_INFINITY, files: Number.POSITIVE_INFINITY };

/** The pieces of a whole plan, and who shall work on them. */
export interface CutPlan {
  readonly runs: Bucket;
  readonly run: Run;
  /** How many invocations have written pieces. */
  readonly rounds: number;
  readonly rate: TransferRate;
  readonly worker: WorkerSetting;
  readonly maxConnections: number;
  /** Big files, and files that are to be cleared. */
  readonly others: number;
}

/**
 * Chooses the route of a plan that is to be carried out, and writes the batches of a bulk run. However many there are, one
 * is held at a time. @throws StorageError
 */
export async function routePlan(plan: CutPlan): Promise<Route & Pick<PlanRunOutput, 'batch'>> {
  const { rate, worker, maxConnections, others } = plan;
  let first: ManifestShare | undefined;
  let places = 0;
  const batched = { files: 0, bytes: 0 };
  for await (const share of joined(plan, withoutLimits)) {
    first ??= share;
    places += 1;
    batched.files += share.files;
    batched.bytes += share.bytes;
  }
  const isInOnePlace = places <= 1;
  const setting = { maxConnections, rate, invocationSeconds: worker.invocationSeconds };
  const chosen = routeOf({ batched, isInOnePlace, others }, setting);
  if (chosen.route === 'small') return { ...chosen, batch: { index: 0, ...(first ?? emptyShare) } };
  if (chosen.route === 'bulk') {
    const whole = { seconds: expectedSeconds(batched, rate), workers: chosen.workers };
    await writeBatches(plan, batchLimits(whole, worker));
  }
  return chosen;
}

async function writeBatches(plan: CutPlan, limits: ShareLimits): Promise<void> {
  const writer = new JsonLinesWriter(plan.runs, batchesKey(plan.run));
  try {
    let index = 0;
    for await (const share of joined(plan, limits)) {
      const batch: Batch = { index, ...share };
      await writer.write(batch);
      index += 1;
    }
    await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Where the document of the batches is, a line for each. */
export function batchesKey(run: Run): string {
  return `${runFolder(run)}${documentNames.batches}`;
}

async function* joined(
  { runs, run, rounds, rate }: CutPlan,
  limits: ShareLimits,
): AsyncGenerator<ManifestShare> {
  const joiner = new ShareJoiner(limits, rate);
  for (let round = 0; round < rounds; round++) {
    for await (const piece of readJsonLines(runs, piecesKey(runFolder(run), round), pieceSchema)) {
      const share = joiner.add(piece);
      if (share !== undefined) yield share;
    }
  }
  const last = joiner.end();
  if (last !== undefined) yield last;
}
