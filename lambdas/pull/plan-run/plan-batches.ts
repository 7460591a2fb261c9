import { z } from 'zod';
import { documentNames, runFolder } from '../../contract/documents/run-folder.ts';
import type { Batch, PlanRunOutput, Run } from '../../contract/workflow.ts';
import {
  batchLimits,
  type ManifestRange,
  RangeJoiner,
  type RangeLimits,
  type WorkerSetting,
} from '../../core/plan/batch-sizing.ts';
import { chooseRoute, type Route } from '../../core/plan/choose-route.ts';
import { expectedSeconds, type TransferRate } from '../../core/plan/transfer-rate.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { readJsonLines } from '../../s3/documents/documents.ts';
import { JsonLinesWriter } from '../../s3/documents/json-lines-writer.ts';
import { piecesKey } from './plan-state.ts';

const pieceSchema: z.ZodType<ManifestRange> = z.object({
  document: z.number(),
  offset: z.number(),
  length: z.number(),
  files: z.number(),
  bytes: z.number(),
});

/** The share of a small run's worker that has no file to transfer, but other work. */
const emptyShare: ManifestRange = { document: 0, offset: 0, length: 0, files: 0, bytes: 0 };

const noLimits: RangeLimits = { seconds: Number.POSITIVE_INFINITY, files: Number.POSITIVE_INFINITY };

/** The pieces of a whole plan, and the workers for them. */
export interface RoutedPlan {
  readonly runs: Bucket;
  readonly run: Run;
  /** How many invocations wrote pieces. */
  readonly rounds: number;
  readonly rate: TransferRate;
  readonly worker: WorkerSetting;
  readonly maxConnections: number;
  /** Big files and files to dispose. */
  readonly others: number;
}

/**
 * Chooses the route of a run, and writes the batches of a bulk run. It holds one batch at a time.
 * @throws StorageError
 */
export async function routePlan(plan: RoutedPlan): Promise<Route & Pick<PlanRunOutput, 'batch'>> {
  const { rate, worker, maxConnections, others } = plan;
  let first: ManifestRange | undefined;
  let places = 0;
  const batched = { files: 0, bytes: 0 };
  for await (const share of joinPieces(plan, noLimits)) {
    first ??= share;
    places += 1;
    batched.files += share.files;
    batched.bytes += share.bytes;
  }
  const isInOnePlace = places <= 1;
  const setting = { maxConnections, rate, invocationSeconds: worker.invocationSeconds };
  const chosen = chooseRoute({ batched, isInOnePlace, others }, setting);
  if (chosen.route === 'small') return { ...chosen, batch: { index: 0, ...(first ?? emptyShare) } };
  if (chosen.route === 'bulk') {
    const whole = { seconds: expectedSeconds(batched, rate), workers: chosen.workers };
    await writeBatches(plan, batchLimits(whole, worker));
  }
  return chosen;
}

async function writeBatches(plan: RoutedPlan, limits: RangeLimits): Promise<void> {
  const writer = new JsonLinesWriter(plan.runs, batchesKey(plan.run));
  try {
    let index = 0;
    for await (const share of joinPieces(plan, limits)) {
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

/** The key of the document with a line for each batch. */
export function batchesKey(run: Run): string {
  return `${runFolder(run)}${documentNames.batches}`;
}

async function* joinPieces(
  { runs, run, rounds, rate }: RoutedPlan,
  limits: RangeLimits,
): AsyncGenerator<ManifestRange> {
  const joiner = new RangeJoiner(limits, rate);
  for (let round = 0; round < rounds; round++) {
    for await (const piece of readJsonLines(runs, piecesKey(runFolder(run), round), pieceSchema)) {
      const share = joiner.add(piece);
      if (share !== undefined) yield share;
    }
  }
  const last = joiner.end();
  if (last !== undefined) yield last;
}
