import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionSystems } from '../connections/connection-systems.ts';
import type { OutcomeLine } from '../contract/outcome-line.ts';
import { transferActionSchema } from '../contract/plan-documents.ts';
import { documentNames, numbered, runFolder } from '../contract/run-folder.ts';
import type { BigFilesOutput, Cursor, Run, Slice } from '../contract/workflow.ts';
import { renewLease } from '../ledger/lease.ts';
import { transferRate } from '../ledger/rate.ts';
import type { Partners } from '../partners/partners.ts';
import { pullFlowOf } from '../partners/read-partner.ts';
import { type Deadline, mayBegin } from '../runtime/deadline.ts';
import type { StepLog } from '../runtime/log.ts';
import type { Bucket } from '../s3/bucket.ts';
import { keysUnder, readJsonLines } from '../s3/documents.ts';
import { fileRetryDelayMs, triesPerFile } from '../sync/retry.ts';
import type { BigFileEnd, BigFileScene } from './big-file-scene.ts';
import { type OpenBigFile, readState, writeState } from './big-file-state.ts';
import { expectedBy } from './expected-arrivals.ts';
import { fileProblemOf } from './file-problem.ts';
import { FileProblems } from './file-problems.ts';
import { forEachAtOnce } from './for-each-at-once.ts';
import { cutOff, fail, judgeBigFile } from './judge-big-file.ts';
import { OverheardPool } from './overheard-pool.ts';
import { partnerPool } from './partner-pool.ts';
import { SharedProgress } from './progress.ts';
import { StepLines } from './step-lines.ts';

export interface BigFilesSystems extends Partners, ConnectionSystems {
  readonly runs: Bucket;
  readonly inbox: Bucket;
  readonly deadline: Deadline;
  readonly log: StepLog;
}

/** Files under way at once: what a round holds in memory, and how many uploads are open. The others wait for their turn. */
const mostOpen = 100;

/** Files looked at side by side; most of the time is waiting for replies. */
const sessionsAtOnce = 4;

/** No file is looked at when less is left of the invocation. */
const beginUntilMs = 60_000;

/**
 * One round with the big files of the run: those whose parts are all there are completed, those that have failed are recorded, and
 * what is missing of the others is cut into slices, for workers to fetch until the next round.
 * @throws FtpsError of the partner as a whole; PartnerError, StorageError, LeaseLostError, FencedError
 */
export async function bigFiles(
  { run, cursor }: { readonly run: Run; readonly cursor: Cursor },
  systems: BigFilesSystems,
): Promise<BigFilesOutput> {
  const { runs, table, now, deadline } = systems;
  await renewLease(table, { flowName: run, owner: run.owner, now: now() });
  const partner = await systems.readPartner(run.partner);
  const { maxConnections } = partner.connection;
  const maxSessions = Math.min(maxConnections, sessionsAtOnce);
  await using pool = await partnerPool(partner, { ...systems, maxSessions });
  const flow = pullFlowOf(partner, run.flow);
  const owner = { run, remote: flow.remote, expected: expectedBy(flow) };
  const scene = { ...systems, owner, partner, pool, rate: await transferRate(table, run.partner) };

  const before = await readState(runs, run, cursor.round);
  const folder = runFolder(run);
  const name = numbered(cursor.round);
  await using outcomes = new StepLines<OutcomeLine>(runs, `${folder}${documentNames.outcomes}big-${name}`);
  await using slices = new StepLines<Slice>(runs, `${folder}${documentNames.slices}${name}`);
  const left: OpenBigFile[] = [];
  let sliceCount = 0;
  const problems = new FileProblems(systems.log);
  const progress = new SharedProgress(table, run, 'one');
  const { begun, exhausted } = await forEachAtOnce({
    source: concat(before.open, newFiles(runs, folder, before.next)),
    atOnce: maxSessions,
    mayBegin: () => mayBegin(deadline, beginUntilMs) && left.length < mostOpen,
    work: async (seen) => {
      const since = seen.since ?? now().toISOString();
      const file = { ...seen, since };
      const end = await endOf(file, scene);
      if (end.kind === 'ended') {
        progress.add({ files: 1 });
        if (end.outcome.kind === 'failed') problems.add(end.outcome);
        const ended = now();
        const seconds = Math.max(0, ended.getTime() - Date.parse(since)) / 1000;
        return outcomes.add({ ...end.outcome, at: ended.toISOString(), seconds });
      }
      left.push(end.file);
      sliceCount += end.slices.length;
      for (const slice of end.slices) await slices.add(slice);
    },
  });
  left.push(...before.open.slice(begun).map((file) => ({ ...file, hasSlices: false })));
  await outcomes.commit();
  await slices.commit();
  await progress.end();
  systems.log.tell({ round: cursor.round, slices: sliceCount, open: left.length, failed: problems.count });
  const round = cursor.round + 1;
  const next = before.next + Math.max(0, begun - before.open.length);
  await writeState(runs, { run, round }, { next, open: left });
  return {
    done: exhausted && left.length === 0,
    next,
    round,
    slices: sliceCount,
    workers: Math.max(1, Math.min(maxConnections, sliceCount)),
    itemsKey: `${folder}${documentNames.slices}${name}`,
    resultsPrefix: `${folder}${documentNames.results}slices-${cursor.round}`,
  };
}

/** Tries a few times; what stays wrong with the file becomes its outcome, what is wrong with everything is thrown. */
async function endOf(file: OpenBigFile, scene: BigFileScene): Promise<BigFileEnd> {
  const overheard = new OverheardPool(scene.pool);
  for (let attempt = 1; ; attempt++) {
    try {
      return await judgeBigFile(file, { ...scene, pool: overheard });
    } catch (error) {
      if (scene.deadline.signal.aborted) return cutOff(file, scene);
      const problem = fileProblemOf(error);
      if (problem === undefined) throw error;
      if (!problem.again || attempt >= triesPerFile) {
        return fail(file, { ...problem, dialogue: overheard.dialogue }, scene);
      }
      await sleep(fileRetryDelayMs(attempt));
    }
  }
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
  partsThere: 0,
  stalls: 0,
  hasSlices: false,
  since: undefined,
  anew: undefined,
} as const;

/** What PlanRun has set aside, and what turned out too slow for a batch, in the order of the documents' names. */
async function* newFiles(runs: Bucket, folder: string, start: number): AsyncGenerator<OpenBigFile> {
  let index = 0;
  for await (const key of keysUnder(runs, `${folder}${documentNames.bigFiles}`)) {
    for await (const action of readJsonLines(runs, key, transferActionSchema)) {
      if (index >= start) yield { action, ...notBegun };
      index += 1;
    }
  }
}
