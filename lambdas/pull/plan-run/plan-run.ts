import { type ListingSummary, listingSummarySchema } from '../../contract/documents/listing-documents.ts';
import type { PlanSummary } from '../../contract/documents/plan-documents.ts';
import { documentNames, runFolder } from '../../contract/documents/run-folder.ts';
import type { PartnerFile } from '../../contract/partner-file/partner-file.ts';
import type { PullFlow } from '../../contract/partner-file/pull-flow.ts';
import type { Cursor, PlanRunOutput, Run } from '../../contract/workflow.ts';
import { directoryBelow } from '../../core/path/relative-path.ts';
import { baseName } from '../../core/path/remote-path.ts';
import { sessionsForLimit } from '../../core/plan/choose-route.ts';
import { planDirectory } from '../../core/plan/plan.ts';
import { guardListing, haltUnlessAccepted } from '../../core/plan/plan-guard.ts';
import type { TransferRate } from '../../core/plan/transfer-rate.ts';
import { transferRate } from '../../ledger/connection/transfer-rate.ts';
import { readDirectory } from '../../ledger/entries/file-entries.ts';
import { filesRemainingBefore, leaseOf, renewLease } from '../../ledger/runs/lease.ts';
import { recordProgress } from '../../ledger/runs/run-record.ts';
import type { Table } from '../../ledger/table.ts';
import { findPullFlow } from '../../partners/read-partner.ts';
import { type Deadline, hasTimeFor } from '../../runtime/deadline.ts';
import type { StepLog } from '../../runtime/log.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { getJson, putJson } from '../../s3/documents/documents.ts';
import { flowRules } from '../flow-rules.ts';
import { adoptExistingObjects } from './adopt-existing-objects.ts';
import { LargeDirectories } from './large-directories.ts';
import { batchesKey, routePlan } from './plan-batches.ts';
import { type LineChunk, prefetch, toChunks } from './plan-chunks.ts';
import { PlanDocuments } from './plan-documents.ts';
import { type PlanCounts, type PlanState, readPlanState, writePlanState } from './plan-state.ts';
import { recordObservations } from './record-observations.ts';
import { type SortedListingOptions, sortedListing } from './sorted-listing.ts';

export interface PlanRunDependencies {
  readonly table: Table;
  readonly runs: Bucket;
  readonly inbox: Bucket;
  readonly readPartner: (partner: Run['partner']) => Promise<PartnerFile>;
  readonly now: () => Date;
  readonly deadline: Deadline;
  readonly log: Pick<StepLog, 'warn'>;
}

/** Time to write the documents and the batches of a large plan: no chunk is begun when less is left. */
const minChunkMs = 60_000;

/** What each invocation of a plan works with. */
interface PlanningContext {
  readonly run: Run;
  readonly folder: string;
  readonly partner: PartnerFile;
  readonly flow: PullFlow;
  readonly listing: ListingSummary;
  readonly rate: TransferRate;
  readonly dependencies: PlanRunDependencies;
}

/**
 * Merges the sorted listing with the ledger, chunk by chunk, and writes the decision about each file. Near
 * the deadline it stops after a chunk, and the next invocation continues there. After the last chunk it
 * chooses the route. What it holds does not grow with the listing.
 * @throws PartnerError, LeaseLostError, StorageError, FencedError
 */
export async function planRun(
  { run, cursor }: { readonly run: Run; readonly cursor: Cursor },
  dependencies: PlanRunDependencies,
): Promise<PlanRunOutput> {
  const { table, runs } = dependencies;
  const partner = await dependencies.readPartner(run.partner);
  const flow = findPullFlow(partner, run.flow);
  const folder = runFolder(run);
  if (run.mode === 'run') await renewLease(table, leaseOf(run), dependencies.now());
  const listing = await getJson(runs, `${folder}${documentNames.listingSummary}`, listingSummarySchema);
  if (listing === undefined) throw new Error(`The listing of run ${run.runId} is not in the runs bucket.`);
  const rate = await transferRate(table, run.partner);
  const context: PlanningContext = { run, folder, partner, flow, listing, rate, dependencies };

  const { state, isWhole } = await continuePlan(context, cursor);
  const keys = { itemsKey: batchesKey(run), resultsPrefix: `${folder}${documentNames.results}batches` };
  const position = { next: state.lines, round: cursor.round + 1, ...keys };
  if (!isWhole) return { done: false, ...position, route: 'finish', workers: 1 };
  return { done: true, ...position, ...(await completePlan(context, state.counts, position.round)) };
}

/**
 * Continues after the previous invocation, with at least one chunk, so that each invocation makes progress.
 */
async function continuePlan(
  planning: PlanningContext,
  { round }: Cursor,
): Promise<{ readonly state: PlanState; readonly isWhole: boolean }> {
  const { run, folder, flow, listing, rate, dependencies } = planning;
  const { table, runs, inbox, deadline, now, log } = dependencies;
  const adoption = { run, remote: flow.remote, zone: listing.zone, table, inbox, now, log };
  const context = { rules: flowRules(flow), now: dependencies.now(), zone: listing.zone, runId: run.runId };
  const before = await readPlanState(runs, folder, round);
  const worker = workerSetting(planning);
  await using documents = new PlanDocuments({ runs, folder, round, before: before.counts, rate, worker });
  const large = new LargeDirectories({
    directories: listing.largeDirectories.map(({ directory }) => directory),
    doneFile: flow.settled.doneFile,
    linesOf: (directory) => readListing(planning, { within: directory }),
  });

  let { after, lines } = before;
  let isWhole = true;
  const chunks = toChunks(readListing(planning, { after }));
  for await (const { chunk, found: records } of prefetch(chunks, (each) => readRecords(planning, each))) {
    if (lines > before.lines && !hasTimeFor(deadline, minChunkMs)) {
      isWhole = false;
      break;
    }
    const siblings = await large.findSiblings(chunk);
    const planned = planDirectory({ ...chunk, siblings }, records, context);
    const decisions = run.purpose === 'adopt' ? await adoptExistingObjects(planned, adoption) : planned;
    const observing = { run, remote: flow.remote, table, log };
    const recorded = run.mode === 'run' ? await recordObservations(decisions, observing) : decisions;
    for (const decision of recorded) await documents.add(decision, records);
    after = chunk.last;
    lines += chunk.lines;
  }
  await documents.commit();
  const state = { counts: documents.counts, after, lines };
  await writePlanState(runs, folder, { round, state });
  return { state, isWhole };
}

async function readRecords({ run, flow, dependencies }: PlanningContext, { directory, files }: LineChunk) {
  const names = new Set(files.map(({ path }) => baseName(path)));
  return readDirectory(dependencies.table, run, {
    directory: directoryBelow(flow.remote, directory),
    names,
  });
}

function readListing(
  { folder, flow, listing, dependencies }: PlanningContext,
  which: Pick<SortedListingOptions, 'after' | 'within'>,
) {
  return sortedListing(dependencies.runs, folder, { shards: listing.shards, remote: flow.remote, ...which });
}

function workerSetting({ partner, dependencies }: PlanningContext) {
  const sessions = sessionsForLimit(partner.connection.maxConnections);
  return { sessions, invocationSeconds: dependencies.deadline.totalMs / 1000 };
}

/**
 * Lets the guard check the listing, writes the summary, and chooses the route.
 * @param rounds how many invocations the plan took.
 */
async function completePlan(
  context: PlanningContext,
  counts: PlanCounts,
  rounds: number,
): Promise<Pick<PlanRunOutput, 'route' | 'workers' | 'batch'>> {
  const { run, folder, partner, flow, listing, rate, dependencies } = context;
  const { table, runs } = dependencies;
  const guard = guardListing({ ...listing, filesRemainingBefore: await filesRemainingBefore(table, run) });
  const halted = guard.kind === 'halt' ? haltUnlessAccepted(guard, run, listing) : undefined;
  const { files } = listing;
  const { remote } = flow;
  const summary: PlanSummary = { ...counts, remote, listed: files, ...knownOfListing(listing), halted };
  await putJson(runs, `${folder}${documentNames.planSummary}`, summary);
  if (run.mode === 'plan' || run.purpose === 'adopt' || halted !== undefined)
    return { route: 'finish', workers: 1 };
  const { maxConnections } = partner.connection;
  const others = counts.bigFiles + counts.disposeFiles;
  const worker = workerSetting(context);
  const routed = await routePlan({ runs, run, rounds, rate, worker, maxConnections, others });
  if (routed.route !== 'finish') {
    const { transfers: filesTotal, bytes: bytesTotal } = counts;
    // The workers add what they transfer to this record.
    await recordProgress(table, run, { step: 'transfer-batch', files: 0, filesTotal, bytes: 0, bytesTotal });
  }
  return routed;
}

function knownOfListing({ incompleteDirectories, filesWithoutTime, filesWithoutSize }: ListingSummary) {
  return { incompleteDirectories, filesWithoutTime, filesWithoutSize };
}
