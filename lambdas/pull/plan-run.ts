import { type ListingSummary, listingSummarySchema } from '../contract/listing-documents.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import type { PlanSummary } from '../contract/plan-documents.ts';
import type { PullFlow } from '../contract/pull-flow.ts';
import { documentNames, runFolder } from '../contract/run-folder.ts';
import type { Cursor, PlanRunOutput, Run } from '../contract/workflow.ts';
import { filesOfDirectory } from '../ledger/file-entries.ts';
import { filesLeftBefore, renewLease } from '../ledger/lease.ts';
import { transferRate } from '../ledger/rate.ts';
import { recordProgress } from '../ledger/run-record.ts';
import type { Table } from '../ledger/table.ts';
import { pullFlowOf } from '../partners/read-partner.ts';
import { type Deadline, mayBegin } from '../runtime/deadline.ts';
import type { Bucket } from '../s3/bucket.ts';
import { getJson, putJson } from '../s3/documents.ts';
import type { TransferRate } from '../sync/expected-time.ts';
import { planDirectory } from '../sync/plan.ts';
import { guardListing, haltUnlessAccepted } from '../sync/plan-guard.ts';
import { nameOf, pathBelow } from '../sync/remote-path.ts';
import { sessionsOfWorker } from '../sync/route.ts';
import { adoptObjects } from './adopt-objects.ts';
import { flowRules } from './flow-rules.ts';
import { LargeDirectories } from './large-directories.ts';
import { batchesKey, routePlan } from './plan-batches.ts';
import { chunksOf, type LineChunk, lookedUp } from './plan-chunks.ts';
import { PlanDocuments } from './plan-documents.ts';
import { leaveState, type PlanCounts, type PlanState, stateBefore } from './plan-state.ts';
import { rememberSightings } from './remember-sightings.ts';
import { type SortedListingOptions, sortedListing } from './sorted-listing.ts';

export interface PlanRunSystems {
  readonly table: Table;
  readonly runs: Bucket;
  readonly inbox: Bucket;
  readonly readPartner: (partner: Run['partner']) => Promise<PartnerFile>;
  readonly now: () => Date;
  readonly deadline: Deadline;
}

/** What writing the documents, and cutting the batches of a large plan, may take: no chunk is begun when less is left. */
const endingMs = 60_000;

/** What all of a plan is made with, in each of its invocations. */
interface PlanScene {
  readonly run: Run;
  readonly folder: string;
  readonly partner: PartnerFile;
  readonly flow: PullFlow;
  readonly listing: ListingSummary;
  readonly rate: TransferRate;
  readonly systems: PlanRunSystems;
}

/**
 * Merges the sorted listing with the ledger, chunk by chunk, and writes what is to be done and what is decided about everything
 * else. When its time nears its end it stops behind a whole chunk, and the next invocation goes on there. With the last chunk it
 * chooses the route. What it holds does not grow with the listing. @throws PartnerError, LeaseLostError, StorageError
 */
export async function planRun(
  { run, cursor }: { readonly run: Run; readonly cursor: Cursor },
  systems: PlanRunSystems,
): Promise<PlanRunOutput> {
  const { table, runs } = systems;
  const partner = await systems.readPartner(run.partner);
  const flow = pullFlowOf(partner, run.flow);
  const folder = runFolder(run);
  if (run.mode === 'run') await renewLease(table, { flowName: run, owner: run.owner, now: systems.now() });
  const listing = await getJson(runs, `${folder}${documentNames.listingSummary}`, listingSummarySchema);
  if (listing === undefined) throw new Error(`The listing of run ${run.runId} is not in the runs bucket.`);
  const rate = await transferRate(table, run.partner);
  const scene: PlanScene = { run, folder, partner, flow, listing, rate, systems };

  const { state, isWhole } = await planOn(scene, cursor);
  const keys = { itemsKey: batchesKey(run), resultsPrefix: `${folder}${documentNames.results}batches` };
  const place = { next: state.lines, round: cursor.round + 1, ...keys };
  if (!isWhole) return { done: false, ...place, route: 'finish', workers: 1 };
  return { done: true, ...place, ...(await conclude(scene, state.counts, place.round)) };
}

/** Plans from where the invocation before has stopped, one chunk at least, so that no invocation is in vain. */
async function planOn(
  scene: PlanScene,
  { round }: Cursor,
): Promise<{ readonly state: PlanState; readonly isWhole: boolean }> {
  const { run, folder, flow, listing, rate, systems } = scene;
  const { table, runs, inbox, deadline, now } = systems;
  const adopting = { run, remote: flow.remote, zone: listing.zone, table, inbox, now };
  const context = { rules: flowRules(flow), now: systems.now(), zone: listing.zone, runId: run.runId };
  const before = await stateBefore(runs, folder, round);
  const worker = workerOf(scene);
  await using documents = new PlanDocuments({ runs, folder, round, before: before.counts, rate, worker });
  const large = new LargeDirectories({
    directories: listing.largeDirectories.map(({ directory }) => directory),
    doneFile: flow.settled.doneFile,
    linesOf: (directory) => linesOf(scene, { within: directory }),
  });

  let { after, lines } = before;
  let isWhole = true;
  const chunks = chunksOf(linesOf(scene, { after }));
  for await (const { chunk, known: records } of lookedUp(chunks, (each) => recordsOf(scene, each))) {
    if (lines > before.lines && !mayBegin(deadline, endingMs)) {
      isWhole = false;
      break;
    }
    const neighbours = await large.neighboursOf(chunk);
    const planned = planDirectory({ ...chunk, neighbours }, records, context);
    const decisions = run.purpose === 'adopt' ? await adoptObjects(planned, adopting) : planned;
    for (const decision of decisions) await documents.add(decision, records);
    if (run.mode === 'run') await rememberSightings(table, { run, remote: flow.remote }, decisions);
    after = chunk.last;
    lines += chunk.lines;
  }
  await documents.commit();
  const state = { counts: documents.counts, after, lines };
  await leaveState(runs, folder, { round, state });
  return { state, isWhole };
}

async function recordsOf({ run, flow, systems }: PlanScene, { directory, files }: LineChunk) {
  const names = new Set(files.map(({ path }) => nameOf(path)));
  return filesOfDirectory(systems.table, run, { directory: pathBelow(flow.remote, directory) ?? '', names });
}

function linesOf(
  { folder, flow, listing, systems }: PlanScene,
  which: Pick<SortedListingOptions, 'after' | 'within'>,
) {
  return sortedListing(systems.runs, folder, { shards: listing.shards, remote: flow.remote, ...which });
}

function workerOf({ partner, systems }: PlanScene) {
  const sessions = sessionsOfWorker(partner.connection.maxConnections);
  return { sessions, invocationSeconds: systems.deadline.totalMs / 1000 };
}

/** Guards the listing, writes the summary, and says how the plan is carried out. @param rounds how many invocations it took. */
async function conclude(
  scene: PlanScene,
  counts: PlanCounts,
  rounds: number,
): Promise<Pick<PlanRunOutput, 'route' | 'workers' | 'batch'>> {
  const { run, folder, partner, listing, rate, systems } = scene;
  const { table, runs } = systems;
  const guard = guardListing({ ...listing, filesLeftBefore: await filesLeftBefore(table, run) });
  const halted = guard.kind === 'halt' ? haltUnlessAccepted(guard, run, listing) : undefined;
  const { incompleteDirectories, files } = listing;
  const summary: PlanSummary = { ...counts, listed: files, incompleteDirectories, halted };
  await putJson(runs, `${folder}${documentNames.planSummary}`, summary);
  if (run.mode === 'plan' || run.purpose === 'adopt' || halted !== undefined)
    return { route: 'finish', workers: 1 };
  const { maxConnections } = partner.connection;
  const others = counts.bigFiles + counts.postProcess;
  const worker = workerOf(scene);
  const routed = await routePlan({ runs, run, rounds, rate, worker, maxConnections, others });
  if (routed.route !== 'finish') {
    const { transfers: filesTotal, bytes: bytesTotal } = counts;
    // What the workers move is added to this, whichever of them is first.
    await recordProgress(table, run, { step: 'transfer-batch', files: 0, filesTotal, bytes: 0, bytesTotal });
  }
  return routed;
}
