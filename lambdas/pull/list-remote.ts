import type { ConnectionSystems } from '../connections/connection-systems.ts';
import { noticeServer, seenIn } from '../connections/notice-server.ts';
import type { TellOfServer } from '../connections/tell-of-server.ts';
import type { ListingSummary } from '../contract/listing-documents.ts';
import type { PartnerFile } from '../contract/partner-file.ts';
import { documentNames, runFolder } from '../contract/run-folder.ts';
import type { Cursor, Run } from '../contract/workflow.ts';
import type { Pool } from '../ftps/pool.ts';
import { measureZone } from '../ftps/server-clock.ts';
import { walk } from '../ftps/walk.ts';
import { renewLease } from '../ledger/lease.ts';
import type { Partners } from '../partners/partners.ts';
import { pullFlowOf } from '../partners/read-partner.ts';
import { type Deadline, mayBegin } from '../runtime/deadline.ts';
import type { Bucket } from '../s3/bucket.ts';
import { putJson } from '../s3/documents.ts';
import type { RemoteFile } from '../sync/remote-file.ts';
import type { RemotePath } from '../sync/remote-path.ts';
import type { ServerZone } from '../sync/server-zone.ts';
import {
  type ListingPosition,
  listingStart,
  readListingPosition,
  saveListingPosition,
} from './listing-state.ts';
import { ListingWriter } from './listing-writer.ts';
import { partnerPool } from './partner-pool.ts';
import { ProgressReporter } from './progress.ts';

export interface ListRemoteSystems extends ConnectionSystems, Pick<Partners, 'readPartner'> {
  readonly runs: Bucket;
  readonly deadline: Deadline;
  readonly tellOfServer: TellOfServer;
}

interface ListRemoteInput {
  readonly run: Run;
  readonly cursor: Cursor;
}

/** A directory of some hundred thousand names is listed in less. */
const wantedForDirectoryMs = 180_000;

/**
 * Walks the flow's remote directory, as far as the time of the invocation allows, and writes what it finds: sorted shards, and how
 * far it came; in the end the summary. To be called until done; a round that is repeated overwrites its own.
 * A directory that could not be read whole is written with its faults, and the walk goes on.
 * @returns `next` counts the directories that were listed so far.
 * @throws FtpsError where the partner cannot be reached or the remote directory itself cannot be listed; PartnerError, StorageError.
 */
export async function listRemote(
  { run, cursor }: ListRemoteInput,
  systems: ListRemoteSystems,
): Promise<Cursor> {
  const partner = await systems.readPartner(run.partner);
  const { remote } = pullFlowOf(partner, run.flow);
  const { runs, deadline } = systems;
  if (run.mode === 'run')
    await renewLease(systems.table, { flowName: run, owner: run.owner, now: systems.now() });
  const before = await positionBefore({ run, cursor }, { runs, remote });
  const progress = new ProgressReporter(systems.table, run, {
    ...noProgress,
    step: 'list-remote',
    files: before.state.files,
  });
  await using pool = await partnerPool(partner, systems);
  if (run.mode === 'run' && cursor.round === 0) await notice(partner, pool, systems);

  const after = await listFrom(before, { run, cursor, remote, pool, progress, runs, deadline });
  const done = after.frontier.length === 0 && (await summarize(after, { run, partner, pool, runs, before }));
  await progress.end();
  return { done, next: after.state.directories, round: cursor.round + 1 };
}

/** Looks once a run whether the server is still what it was (docs/doctor.md). */
async function notice(partner: PartnerFile, pool: Pool, systems: ListRemoteSystems): Promise<void> {
  const seen = await pool.use(async (session) => seenIn(session));
  await noticeServer(partner, seen, systems).catch(() => {
    // The run is worth more than a word about it, and the next run looks again.
  });
}

const noProgress = { files: 0, filesTotal: undefined, bytes: 0, bytesTotal: undefined };

async function positionBefore(
  { run, cursor }: ListRemoteInput,
  { runs, remote }: { readonly runs: Bucket; readonly remote: RemotePath },
): Promise<ListingPosition> {
  if (cursor.round === 0) return listingStart(remote);
  return await readListingPosition(runs, runFolder(run), cursor.round - 1);
}

async function listFrom(
  { state, frontier }: ListingPosition,
  context: ListRemoteInput & {
    readonly remote: RemotePath;
    readonly pool: Pool;
    readonly progress: ProgressReporter;
    readonly runs: Bucket;
    readonly deadline: Deadline;
  },
): Promise<ListingPosition> {
  const { run, cursor, remote, pool, progress, runs, deadline } = context;
  const { round } = cursor;
  const folder = runFolder(run);
  const onListed = (listed: { readonly files: number }) => progress.add(listed);
  await using writer = new ListingWriter({ runs, folder, remote, round, before: state, onListed });
  const walked = await walk(pool, {
    root: remote,
    frontier,
    found: state.found,
    mayBegin: () => mayBegin(deadline, wantedForDirectoryMs),
    signal: deadline.signal,
    sinkFor: () => writer.sinkFor(),
  });
  const listed = await writer.commit();
  const after = { state: { ...listed, found: walked.found }, frontier: walked.frontier };
  await saveListingPosition(runs, folder, round, after);
  return after;
}

/** False where the zone could not be measured now: the next invocation has nothing else to do. */
async function summarize(
  { state }: ListingPosition,
  context: {
    readonly run: Run;
    readonly partner: PartnerFile;
    readonly pool: Pool;
    readonly runs: Bucket;
    readonly before: ListingPosition;
  },
): Promise<boolean> {
  const { run, partner, pool, runs, before } = context;
  const { directories, files, incompleteDirectories, shards, largeDirectories, undated } = state;
  const measured = await zoneOf(partner, pool, undated).catch((error: unknown) => {
    if (before.frontier.length === 0) throw error;
    return undefined;
  });
  if (measured === undefined) return false;
  const counts = { directories, files, incompleteDirectories };
  const summary: ListingSummary = { ...counts, shards, largeDirectories, zone: measured };
  await putJson(runs, `${runFolder(run)}${documentNames.listingSummary}`, summary);
  return true;
}

async function zoneOf(
  { connection }: PartnerFile,
  pool: Pool,
  undated: readonly RemoteFile[],
): Promise<ServerZone> {
  if (connection.timeZone !== 'auto') return { kind: 'iana', name: connection.timeZone };
  if (undated.length === 0) return { kind: 'unknown' };
  return pool.use((session) => measureZone(session, undated));
}
