import type { TransferAction } from '../../contract/documents/plan-documents.ts';
import { smallFileBytes } from '../../contract/request-rates.ts';
import { matchesListing, toFingerprint } from '../../core/listing/fingerprint.ts';
import type { ModifiedTime } from '../../core/listing/remote-file.ts';
import type { Outcome } from '../../core/plan/outcome.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import type { Pool } from '../../ftps/session/pool.ts';
import type { Session } from '../../ftps/session/session.ts';
import { type Downloaded, download, lookAfterwards } from '../../ftps/transfer/download.ts';
import type { Table } from '../../ledger/table.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { hashObject } from '../../s3/hash-object.ts';
import { headObject, type StoredObject } from '../../s3/head-object.ts';
import { toMetadata, toVerifiedMetadata } from '../../s3/source-metadata.ts';
import { StorageError } from '../../s3/storage-error.ts';
import type { MemoryBudget } from '../../s3/upload/memory-budget.ts';
import { ObjectWriter } from '../../s3/upload/object-writer.ts';
import { sourceFacts } from '../run-scope.ts';
import { adoptObject } from './adopt-object.ts';
import { changedSinceListing, compareWithTransferred } from './compare-with-transferred.ts';
import { objectOwnership } from './object-ownership.ts';
import {
  changedBytes,
  recordFailed,
  recordTransferred,
  recordUnchanged,
  type TransferScope,
  takenAwayNote,
  type VerifiedObject,
} from './record-outcome.ts';
import type { ShiftEvidence } from './shift-evidence.ts';

export interface TransferDependencies {
  readonly table: Table;
  readonly inbox: Bucket;
  readonly pool: Pick<Pool, 'use'>;
  /** Shared by all transfers of the function. */
  readonly budget: MemoryBudget;
  readonly shifts: ShiftEvidence;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/**
 * Transfers one file: verified, then visible, then recorded. Nothing is at the key before the bytes are
 * verified, and nothing is in the ledger before the object is at the key. An object that a killed run left
 * between the two is recognized by its metadata and recorded.
 * @throws FtpsError, StorageError, ForeignObjectError, FencedError, RecordConflictError
 */
export async function transferFile(
  action: TransferAction,
  scope: TransferScope,
  dependencies: TransferDependencies,
): Promise<Outcome> {
  if (isKeyAssumedFree(action)) {
    try {
      return await transferTo(undefined, action, scope, dependencies);
    } catch (error) {
      if (!(error instanceof StorageError && error.kind === 'conflict')) throw error;
    }
  }
  return transferTo(await headObject(dependencies.inbox, action.key), action, scope, dependencies);
}

/**
 * The key of a file that was never transferred is free, unless a killed run or someone else wrote an object
 * there. For a small file the bucket's refusal shows it, at the cost of a second download; that saves a
 * request for each of the many files.
 */
function isKeyAssumedFree({ transferredBefore, file: { sizeBytes } }: TransferAction): boolean {
  return transferredBefore === undefined && sizeBytes !== undefined && sizeBytes <= smallFileBytes;
}

/** @param current the object that is at the file's key now. */
async function transferTo(
  current: StoredObject | undefined,
  action: TransferAction,
  scope: TransferScope,
  dependencies: TransferDependencies,
): Promise<Outcome> {
  const { inbox, pool } = dependencies;
  if (
    current !== undefined &&
    objectOwnership(current, action, sourceFacts(scope, action.file)) === 'interrupted'
  ) {
    const adopted = await adoptObject(action, current, pool);
    if (adopted !== undefined) {
      const sha256 = await hashObject(inbox, action.key, current.etag);
      return recordTransferred(action, { ...adopted, sha256 }, scope, dependencies);
    }
  }
  const fetched = await fetchFile(action, { scope, current }, dependencies);
  switch (fetched.kind) {
    case 'fetched':
      return recordTransferred(action, fetched.object, scope, dependencies);
    case 'unchanged':
      return recordUnchanged(action, scope, { ...dependencies, modified: fetched.modified });
    case 'refused':
      return recordFailed(action, changedBytes, scope, dependencies);
  }
  return fetched satisfies never;
}

type Fetched =
  | { readonly kind: 'fetched'; readonly object: VerifiedObject }
  /** `modified`: the time that the server tells for the recorded bytes now. */
  | { readonly kind: 'unchanged'; readonly modified: ModifiedTime | undefined }
  /** The flow refuses changed files. */
  | { readonly kind: 'refused' };

/** Downloads the file into its object, unless the partner still has the version that was transferred. */
async function fetchFile(
  action: TransferAction,
  { scope, current }: { readonly scope: TransferScope; readonly current: StoredObject | undefined },
  dependencies: TransferDependencies,
): Promise<Fetched> {
  const { file, key } = action;
  const { inbox, pool, budget } = dependencies;
  const writer = new ObjectWriter({
    bucket: inbox,
    key,
    expectedBytes: file.sizeBytes ?? 0,
    metadata: toMetadata(sourceFacts(scope, file)),
    precondition: current === undefined ? { kind: 'absent' } : { kind: 'replaces', etag: current.etag },
    budget,
  });
  try {
    const read = await pool.use((session) => readUnlessKnown(session, action, writer, dependencies));
    const ifOther = read.bytes === 'new' ? action.clockShift?.ifOther : undefined;
    if (read.bytes === 'known' || ifOther === 'ignore' || ifOther === 'fail') {
      await writer.abort();
      if (ifOther === 'fail') return { kind: 'refused' };
      return { kind: 'unchanged', modified: read.bytes === 'known' ? read.modified : undefined };
    }
    const { done } = read;
    const { modified } = done;
    if (!matchesListing(toFingerprint(file), modified)) throw changedSinceListing(file, done);
    const proof = await proveAfterwards(file, done, pool);
    const published = await writer.commit();
    const object = { ...published, ...proof, verifiedModified: modified, replacedEtag: current?.etag };
    return { kind: 'fetched', object };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** What was read. `known`: the recorded bytes; `modified` is the time that the server tells for them now. */
type Read =
  | { readonly bytes: 'known'; readonly modified: ModifiedTime | undefined }
  | { readonly bytes: 'new'; readonly done: Downloaded };

async function readUnlessKnown(
  session: Session,
  action: TransferAction,
  writer: ObjectWriter,
  { shifts, signal, onBytes }: TransferDependencies,
): Promise<Read> {
  const { file, clockShift, transferredBefore } = action;
  const comparison = await compareWithTransferred(session, action);
  if (comparison === 'same') return { bytes: 'known', modified: undefined };
  const mayBeKnown = comparison === 'same-if-bytes-are';
  if (mayBeKnown && clockShift !== undefined && shifts.isEnoughFor(clockShift))
    return { bytes: 'known', modified: file.modified };
  const onModified = ({ raw }: ModifiedTime) => writer.describe(toVerifiedMetadata(raw));
  const done = await download(session, file, writer, { signal, onBytes, onModified });
  const isKnown = mayBeKnown && writer.sha256() === transferredBefore?.sha256;
  if (clockShift !== undefined) shifts.note(clockShift, isKnown ? 'equal' : 'other');
  return isKnown ? { bytes: 'known', modified: done.modified } : { bytes: 'new', done };
}

/**
 * How the bytes are verified. A session that ended after the last byte leaves the question what the file is
 * now to another session. Where that gets no answer either, what came is kept: all bytes arrived properly,
 * and a mailbox that removes what was read has no other copy. A replacement shows in the next listing.
 * @throws FtpsError `changed`
 */
async function proveAfterwards(
  { path }: TransferAction['file'],
  { afterwards, verification, ...read }: Downloaded,
  pool: Pick<Pool, 'use'>,
): Promise<Pick<VerifiedObject, 'verification' | 'isTakenAway' | 'note'>> {
  if (afterwards === 'same') return { verification };
  const found =
    afterwards === 'taken-away'
      ? afterwards
      : await pool.use((session) => lookAfterwards(session, path, read)).catch(unlessChanged);
  switch (found) {
    case 'same':
      return { verification: read.modified === undefined ? 'size' : 'size+mtime' };
    case 'taken-away':
      return { verification: 'size', isTakenAway: true, note: takenAwayNote };
    case 'not-told':
      return { verification: 'size', note: notToldNote };
  }
  return found satisfies never;
}

function unlessChanged(error: unknown): 'not-told' {
  if (error instanceof FtpsError && error.kind !== 'changed') return 'not-told';
  throw error;
}

const notToldNote =
  'The connection ended after the last byte, so that the file could not be compared afterwards. All bytes of its size had arrived.';
