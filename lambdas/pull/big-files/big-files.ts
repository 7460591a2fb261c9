import type { ConnectionDependencies } from '../../connections/connection-dependencies.ts';
import { openPool } from '../../connections/open-pool.ts';
import { transferActionSchema } from '../../contract/documents/plan-documents.ts';
import { documentNames, numbered, runFolder } from '../../contract/documents/run-folder.ts';
import type { BigFilesOutput, Cursor, Run } from '../../contract/workflow.ts';
import { transferRate } from '../../ledger/connection/transfer-rate.ts';
import { leaseOf, renewLease } from '../../ledger/runs/lease.ts';
import type { Partners } from '../../partners/partners.ts';
import { findPullFlow } from '../../partners/read-partner.ts';
import { type Deadline, hasTimeFor } from '../../runtime/deadline.ts';
import type { StepLog } from '../../runtime/log.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { listKeys, readJsonLines } from '../../s3/documents/documents.ts';
import { forEachConcurrent } from '../for-each-concurrent.ts';
import { SharedProgress } from '../progress.ts';
import { expectationMatchers } from '../transfer-file/record-arrivals.ts';
import { type OpenBigFile, readState, writeState } from './big-file-state.ts';
import { BigFilesRound } from './big-files-round.ts';

export interface BigFilesDependencies extends Partners, ConnectionDependencies {
  readonly runs: Bucket;
  readonly inbox: Bucket;
  readonly deadline: Deadline;
  readonly log: StepLog;
}

/** Files without an outcome at the same time: what a round holds in memory. The others wait. */
const maxOpenFiles = 100;

/** Sessions that look at files at the same time; most of their time they wait for replies. */
const maxSessionsAtOnce = 4;

/** No file is begun when less is left of the invocation. */
const minBeginMs = 60_000;

/**
 * One round with the big files of the run: completes those whose parts are all stored, fails those that
 * cannot be fetched, and cuts the missing parts of the others into slices, which workers fetch before the
 * next round.
 * @throws FtpsError of the partner as a whole; PartnerError, StorageError, LeaseLostError, FencedError
 */
export async function bigFiles(
  { run, cursor }: { readonly run: Run; readonly cursor: Cursor },
  dependencies: BigFilesDependencies,
): Promise<BigFilesOutput> {
  const { runs, table, now, deadline, log } = dependencies;
  await renewLease(table, leaseOf(run), now());
  const partner = await dependencies.readPartner(run.partner);
  const flow = findPullFlow(partner, run.flow);
  const { maxConnections } = partner.connection;
  const maxSessions = Math.min(maxConnections, maxSessionsAtOnce);
  await using pool = openPool(partner, { ...dependencies, maxSessions });
  const scope = { run, remote: flow.remote, expectations: expectationMatchers(flow) };
  const rate = await transferRate(table, run.partner);

  const before = await readState(runs, run, cursor.round);
  const folder = runFolder(run);
  const itemsKey = `${folder}${documentNames.slices}${numbered(cursor.round)}`;
  const progress = new SharedProgress(table, run, 'one');
  await using current = new BigFilesRound({
    context: { ...dependencies, scope, partner, pool, rate },
    outcomesKey: `${folder}${documentNames.outcomes}big-${numbered(cursor.round)}`,
    slicesKey: itemsKey,
    progress,
    log,
  });
  const { begun, exhausted } = await forEachConcurrent({
    source: concat(before.open, newFiles(runs, folder, before.next)),
    atOnce: maxSessions,
    mayBegin: () => hasTimeFor(deadline, minBeginMs) && current.open.length < maxOpenFiles,
    work: (file) => current.advance(file),
  });
  await current.commit();
  await progress.end();

  const notReached = before.open.slice(begun).map((file) => ({ ...file, hasSlices: false }));
  const open = [...current.open, ...notReached];
  const { sliceCount: slices, failedCount: failed } = current;
  log.summarize({ round: cursor.round, slices, open: open.length, failed });
  const round = cursor.round + 1;
  const next = before.next + Math.max(0, begun - before.open.length);
  await writeState(runs, { run, round }, { next, open });
  return {
    done: exhausted && open.length === 0,
    next,
    round,
    slices,
    workers: Math.max(1, Math.min(maxConnections, slices)),
    itemsKey,
    resultsPrefix: `${folder}${documentNames.results}slices-${cursor.round}`,
  };
}

async function* concat(
  open: readonly OpenBigFile[],
  others: AsyncIterable<OpenBigFile>,
): AsyncGenerator<OpenBigFile> {
  yield* open;
  yield* others;
}

const notBegun = {
  upload: undefined,
  storedParts: 0,
  stalledRounds: 0,
  hasSlices: false,
  begunAt: undefined,
  restarted: undefined,
} as const;

/**
 * The big files of the plan and those that were too slow for a batch, in the order of the documents' names.
 */
async function* newFiles(runs: Bucket, folder: string, start: number): AsyncGenerator<OpenBigFile> {
  let index = 0;
  for await (const key of listKeys(runs, `${folder}${documentNames.bigFiles}`)) {
    for await (const action of readJsonLines(runs, key, transferActionSchema)) {
      if (index >= start) yield { action, ...notBegun };
      index += 1;
    }
  }
}
