import type { ConnectionDependencies } from '../../connections/connection-dependencies.ts';
import { observeServer, toObservedServer } from '../../connections/observe-server.ts';
import { openPool } from '../../connections/open-pool.ts';
import type { ListingSummary } from '../../contract/documents/listing-documents.ts';
import { documentNames, runFolder } from '../../contract/documents/run-folder.ts';
import type { PartnerFile } from '../../contract/partner-file/partner-file.ts';
import type { PullFlow } from '../../contract/partner-file/pull-flow.ts';
import type { Cursor, Run } from '../../contract/workflow.ts';
import { configuredZone, type ServerZone, unmeasuredZone } from '../../core/listing/server-zone.ts';
import type { SampleRules, ZoneSample } from '../../core/listing/zone-samples.ts';
import { pathBelow } from '../../core/path/relative-path.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import { type MeasureZoneOptions, measureZone } from '../../ftps/listing/measure-zone.ts';
import { walkTree } from '../../ftps/listing/walk-tree.ts';
import type { Pool } from '../../ftps/session/pool.ts';
import { leaseOf, renewLease } from '../../ledger/runs/lease.ts';
import type { Partners } from '../../partners/partners.ts';
import { findPullFlow } from '../../partners/read-partner.ts';
import { type Deadline, hasTimeFor } from '../../runtime/deadline.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { putJson } from '../../s3/documents/documents.ts';
import { flowRules } from '../flow-rules.ts';
import { ProgressReporter } from '../progress.ts';
import {
  type ListingPosition,
  listingStart,
  readListingPosition,
  saveListingPosition,
} from './listing-state.ts';
import { ListingWriter } from './listing-writer.ts';

export interface ListRemoteDependencies extends ConnectionDependencies, Pick<Partners, 'readPartner'> {
  readonly runs: Bucket;
  readonly deadline: Deadline;
}

interface ListRemoteInput {
  readonly run: Run;
  readonly cursor: Cursor;
}

/** Enough to list a directory of some hundred thousand names. */
const minDirectoryMs = 180_000;

/**
 * Lists the flow's remote directory and all below it, as far as the invocation has time, and writes sorted
 * shards and its position; at the end, the summary. Call it until `done`; a repeated round overwrites its own
 * documents. A directory that cannot be read completely is written with its errors, and the listing
 * continues.
 * @returns `next` counts the directories that are listed so far.
 * @throws FtpsError where the partner cannot be reached or the remote directory itself cannot be listed;
 * PartnerError, StorageError, LeaseLostError
 */
export async function listRemote(
  { run, cursor }: ListRemoteInput,
  dependencies: ListRemoteDependencies,
): Promise<Cursor> {
  const partner = await dependencies.readPartner(run.partner);
  const flow = findPullFlow(partner, run.flow);
  const { remote } = flow;
  const { runs, deadline } = dependencies;
  if (run.mode === 'run') await renewLease(dependencies.table, leaseOf(run), dependencies.now());
  const before = await readPosition({ run, cursor }, { runs, remote });
  const progress = new ProgressReporter(dependencies.table, run, {
    ...noProgress,
    step: 'list-remote',
    files: before.state.files,
  });
  await using pool = openPool(partner, dependencies);
  if (run.mode === 'run' && cursor.round === 0) await checkServer(partner, pool, dependencies);

  const sampleRules = { now: dependencies.now(), isSelected: flowSelection(flow) };
  const after = await continueListing(before, {
    run,
    cursor,
    remote,
    pool,
    progress,
    runs,
    deadline,
    sampleRules,
  }).catch((error: unknown) => {
    throw explainRemote(error, remote);
  });
  const done =
    after.frontier.length === 0 &&
    (await writeSummary(after, { run, partner, flow, pool, runs, before, now: dependencies.now() }));
  await progress.end();
  return { done, next: after.state.directories, round: cursor.round + 1 };
}

/** Kinds of refusals that a person mends, at the partner or in the partner file. */
const remoteRefusals: ReadonlySet<FtpsError['kind']> = new Set(['gone', 'denied', 'refused', 'name-refused']);

/** A refusal of the flow's own directory, with what to do about `remote`; any other error as it is. */
function explainRemote(error: unknown, remote: RemotePath): unknown {
  if (!(error instanceof FtpsError) || error.path !== remote || !remoteRefusals.has(error.kind)) return error;
  const { kind, answer, path, replyCode } = error;
  const remedy =
    'It is the directory of the flow. Correct `remote` in the partner file, or ask the partner to create it and to ' +
    'let this user list it; nothing was transferred.';
  return new FtpsError({
    kind,
    attempt: 'entering',
    target: remote,
    answer,
    path,
    replyCode,
    remedy,
    cause: error,
  });
}

/** Compares the server with the one that earlier runs met, once a run (docs/doctor.md). */
async function checkServer(
  partner: PartnerFile,
  pool: Pool,
  dependencies: ListRemoteDependencies,
): Promise<void> {
  const server = await pool.use(async (session) => toObservedServer(session));
  await observeServer(partner, server, dependencies).catch(() => {
    // Not worth failing the run: the next run compares again.
  });
}

function flowSelection(flow: PullFlow): (path: RemotePath) => boolean {
  const { mapping, select } = flowRules(flow);
  return (path) => select(pathBelow(mapping.remote, path)) === 'selected';
}

const noProgress = { files: 0, filesTotal: undefined, bytes: 0, bytesTotal: undefined };

async function readPosition(
  { run, cursor }: ListRemoteInput,
  { runs, remote }: { readonly runs: Bucket; readonly remote: RemotePath },
): Promise<ListingPosition> {
  if (cursor.round === 0) return listingStart(remote);
  return await readListingPosition(runs, runFolder(run), cursor.round - 1);
}

async function continueListing(
  { state, frontier }: ListingPosition,
  context: ListRemoteInput & {
    readonly remote: RemotePath;
    readonly pool: Pool;
    readonly progress: ProgressReporter;
    readonly runs: Bucket;
    readonly deadline: Deadline;
    readonly sampleRules: SampleRules;
  },
): Promise<ListingPosition> {
  const { run, cursor, remote, pool, progress, runs, deadline, sampleRules } = context;
  const { round } = cursor;
  const folder = runFolder(run);
  const onListed = (listed: { readonly files: number }) => progress.add(listed);
  await using writer = new ListingWriter({
    runs,
    folder,
    remote,
    round,
    before: state,
    sampleRules,
    onListed,
  });
  const walked = await walkTree(pool, {
    root: remote,
    frontier,
    found: state.found,
    mayBegin: () => hasTimeFor(deadline, minDirectoryMs),
    signal: deadline.signal,
    isAskedFor: sampleRules.isSelected,
    sinkFor: () => writer.sinkFor(),
  });
  const listed = await writer.commit();
  const after = { state: { ...listed, found: walked.found }, frontier: walked.frontier };
  await saveListingPosition(runs, folder, round, after);
  return after;
}

/**
 * Writes the summary.
 * @returns false where the server's time zone could not be measured: the next invocation does only that.
 */
async function writeSummary(
  { state }: ListingPosition,
  context: {
    readonly run: Run;
    readonly partner: PartnerFile;
    readonly pool: Pool;
    readonly runs: Bucket;
    readonly before: ListingPosition;
    readonly flow: PullFlow;
    readonly now: Date;
  },
): Promise<boolean> {
  const { run, partner, pool, runs, before, now, flow } = context;
  const { minAgeMs } = flowRules(flow).settled;
  const { directories, files, incompleteDirectories, shards, largeDirectories, zoneSamples: samples } = state;
  const { filesWithoutTime, filesWithoutSize } = state;
  const zone = await findZone(partner, { pool, samples, now, minAgeMs }).catch((error: unknown) => {
    if (before.frontier.length === 0) throw error;
    return undefined;
  });
  if (zone === undefined) return false;
  const counts = { directories, files, incompleteDirectories, filesWithoutTime, filesWithoutSize };
  const summary: ListingSummary = { ...counts, shards, largeDirectories, zone };
  await putJson(runs, `${runFolder(run)}${documentNames.listingSummary}`, summary);
  return true;
}

async function findZone(
  { connection }: PartnerFile,
  {
    pool,
    samples,
    ...options
  }: MeasureZoneOptions & { readonly pool: Pool; readonly samples: readonly ZoneSample[] },
): Promise<ServerZone> {
  const zone = configuredZone(connection);
  if (zone !== undefined) return zone;
  if (samples.length === 0) return unmeasuredZone;
  return pool.use((session) => measureZone(session, samples, options));
}
