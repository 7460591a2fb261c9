import type { TransferAction } from '../contract/plan-documents.ts';
import type { Run } from '../contract/workflow.ts';
import { type Downloaded, download } from '../ftps/download.ts';
import { lookAt } from '../ftps/look-at.ts';
import type { Pool } from '../ftps/pool.ts';
import { recordLook, recordTaken } from '../ledger/file-entries.ts';
import type { Table } from '../ledger/table.ts';
import type { Bucket } from '../s3/bucket.ts';
import { sha256OfObject } from '../s3/hash-object.ts';
import { lookAtObject, type StoredObject } from '../s3/look-at-object.ts';
import type { MemoryBudget } from '../s3/memory-budget.ts';
import { ObjectWriter, type Published } from '../s3/object-writer.ts';
import type { Precondition } from '../s3/precondition.ts';
import { type SourceFacts, toMetadata } from '../s3/source-facts.ts';
import { StorageError } from '../s3/storage-error.ts';
import type { TakenVersion } from '../sync/file-record.ts';
import { agreesWithListing, fingerprintOf } from '../sync/fingerprint.ts';
import type { TransferredOutcome, UnchangedOutcome } from '../sync/outcome.ts';
import type { ModifiedTime } from '../sync/remote-file.ts';
import { pathBelow, type RemotePath } from '../sync/remote-path.ts';
import { type Expected, recordExpected } from './expected-arrivals.ts';
import { relationOf } from './relation.ts';
import { changedSinceListing, compareWithTaken } from './version-at-partner.ts';

export interface TransferSystems {
  readonly table: Table;
  readonly inbox: Bucket;
  readonly pool: Pick<Pool, 'use'>;
  readonly budget: MemoryBudget;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/** Whose file it is: the run, and what its flow says. */
export interface TransferOwner {
  readonly run: Run;
  readonly remote: RemotePath;
  readonly expected: Expected;
}

/**
 * Moves one file: verified, then visible, then recorded. Nothing is at the key before the bytes are verified, and nothing is
 * in the ledger before the object is at the key. What a killed run left between the two is found by its metadata and recorded.
 * @throws FtpsError, StorageError, ObjectNotOursError, FencedError
 */
export async function transferFile(
  action: TransferAction,
  owner: TransferOwner,
  systems: TransferSystems,
): Promise<TransferredOutcome | UnchangedOutcome> {
  if (isCheapToTry(action)) {
    try {
      return await transferOver(undefined, action, owner, systems);
    } catch (error) {
      if (!(error instanceof StorageError && error.fault === 'conflict')) throw error;
    }
  }
  return transferOver(await lookAtObject(systems.inbox, action.key), action, owner, systems);
}

/** A file up to this size is fetched as fast as its key is looked at. */
const smallFileBytes = 1024 * 1024;

/**
 * Nothing is at the key of a file that was never taken, but for what a killed run left or a stranger put: for a small file
 * that is found out by the bucket's refusal, which costs another fetch, and not by a request for each of the many.
 */
function isCheapToTry({ takenBefore, file: { sizeBytes } }: TransferAction): boolean {
  return takenBefore === undefined && sizeBytes !== undefined && sizeBytes <= smallFileBytes;
}

/** @param there what is at the file's key now. */
async function transferOver(
  there: StoredObject | undefined,
  action: TransferAction,
  { run, remote, expected }: TransferOwner,
  systems: TransferSystems,
): Promise<TransferredOutcome | UnchangedOutcome> {
  const { file, key } = action;
  const facts = { ...run, path: file.path, fingerprint: fingerprintOf(file) };
  const interrupted = there !== undefined && relationOf(there, action, facts) === 'interrupted';

  const write = { flowName: run, relativePath: pathBelow(remote, file.path) ?? '', fence: run.fence };
  const moved = interrupted
    ? await adopt(action, there, systems)
    : await fetchFile(action, { facts, there }, systems);
  if (moved === 'unchanged') {
    await recordLook(systems.table, write, facts.fingerprint);
    const sizeBytes = file.sizeBytes ?? 0;
    return {
      kind: 'unchanged',
      path: file.path,
      key,
      sizeBytes,
      verifiedModified: action.takenBefore?.modified,
    };
  }
  const { published, verification, verifiedModified } = moved;
  const { fingerprint, runId } = facts;
  const taken = {
    ...published,
    fingerprint,
    key,
    verifiedModified,
    isReplaced: false,
    runId,
    takenAt: systems.now(),
  };
  await recordExpected(systems.table, { ...write, expected }, taken);
  await recordTaken(systems.table, write, taken);
  const { sizeBytes, sha256, crc32 } = published;
  return {
    kind: 'transferred',
    path: file.path,
    key,
    sizeBytes,
    sha256,
    crc32,
    verification,
    verifiedModified,
    note: undefined,
  };
}

interface Moved {
  readonly published: Omit<Published, 'crc32'> & Pick<TakenVersion, 'crc32'>;
  readonly verification: TransferredOutcome['verification'];
  readonly verifiedModified: ModifiedTime | undefined;
}

async function fetchFile(
  action: TransferAction,
  { facts, there }: { readonly facts: SourceFacts; readonly there: StoredObject | undefined },
  systems: TransferSystems,
): Promise<Moved | 'unchanged'> {
  const { file, key } = action;
  const { pool, signal, onBytes } = systems;
  const precondition: Precondition =
    there === undefined ? { kind: 'absent' } : { kind: 'replaces', etag: there.etag };
  const metadata = toMetadata(facts);
  const expectedBytes = file.sizeBytes ?? 0;
  const writer = new ObjectWriter({
    bucket: systems.inbox,
    key,
    expectedBytes,
    metadata,
    precondition,
    budget: systems.budget,
  });
  try {
    const downloaded = await pool.use(async (session) => {
      const judged = await compareWithTaken(session, action);
      if (judged === 'same') return 'unchanged';
      const done = await download(session, file, writer, { signal, onBytes });
      return judged === 'same-if-bytes-are' && writer.sha256() === action.takenBefore?.sha256
        ? 'unchanged'
        : done;
    });
    if (downloaded === 'unchanged') {
      await writer.abort();
      return 'unchanged';
    }
    if (!agreesWithListing(fingerprintOf(file), downloaded.modified))
      throw changedSinceListing(file, downloaded);
    return { published: await writer.commit(), ...verificationOf(downloaded) };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/**
 * Takes over an object that an interrupted run published and did not record. Its checksum was verified when it was
 * published; the SHA-256 is read again from the object, since only the ledger keeps it. The partner is asked whether it still
 * has this version, so that nothing else is cleared there in its place.
 */
async function adopt(action: TransferAction, there: StoredObject, systems: TransferSystems): Promise<Moved> {
  const { file, key } = action;
  const found = await systems.pool.use((session) => lookAt(session, file.path));
  const isSame =
    found === undefined ||
    (found.sizeBytes === there.sizeBytes && agreesWithListing(fingerprintOf(file), found.modified));
  if (!isSame) throw changedSinceListing(file, found);
  const sha256 = await sha256OfObject(systems.inbox, key, there.etag);
  const { etag, versionId, sizeBytes, crc32 } = there;
  return {
    published: { etag, versionId, sizeBytes, sha256, crc32 },
    verification: 'adopted',
    verifiedModified: found?.modified,
  };
}

function verificationOf(downloaded: Downloaded): Pick<Moved, 'verification' | 'verifiedModified'> {
  return { verification: downloaded.verification, verifiedModified: downloaded.modified };
}
