import type { TransferAction } from '../../contract/documents/plan-documents.ts';
import { toFingerprint } from '../../core/listing/fingerprint.ts';
import type { ModifiedTime } from '../../core/listing/remote-file.ts';
import type { TransferredVersion } from '../../core/plan/file-record.ts';
import type {
  FailedOutcome,
  FileErrorKind,
  TransferredOutcome,
  UnchangedOutcome,
  Verification,
} from '../../core/plan/outcome.ts';
import {
  recordFileError,
  recordListedLook,
  recordTransferredVersion,
} from '../../ledger/entries/file-entries.ts';
import type { Table } from '../../ledger/table.ts';
import { ItemRefusedError } from '../../ledger/write-item.ts';
import { fileEntry, type RunScope } from '../run-scope.ts';
import { type ExpectationMatcher, recordArrivals } from './record-arrivals.ts';

/** The run and the flow that a transfer belongs to. */
export interface TransferScope extends RunScope {
  readonly expectations: readonly ExpectationMatcher[];
}

export interface Recording {
  readonly table: Table;
  readonly now: () => Date;
}

/** An object that is at its key, and how its bytes were verified. */
export interface VerifiedObject
  extends Pick<TransferredVersion, 'etag' | 'versionId' | 'sizeBytes' | 'sha256' | 'crc32'> {
  readonly verification: Verification;
  /** MDTM, or MLST, at the time of the transfer; undefined where the server tells no time. */
  readonly verifiedModified: ModifiedTime | undefined;
  /** The partner had no such file any more after its last byte. */
  readonly isTakenAway?: true;
  /** The ETag of the object that it has replaced at its key; undefined: none. */
  readonly replacedEtag?: string | undefined;
  /** What a person may want to know of the transfer. */
  readonly note?: string | undefined;
}

/** The note of a file that was removed after its last byte. */
export const takenAwayNote =
  'The partner removed the file once it was read. All bytes of its size had arrived.';

/**
 * Records that the object is transferred: the last of verified, visible, recorded.
 * @throws FencedError, RecordConflictError
 */
export async function recordTransferred(
  { file, key, isTimeFinal, doneFile, transferredBefore }: TransferAction,
  object: VerifiedObject,
  scope: TransferScope,
  { table, now }: Recording,
): Promise<TransferredOutcome> {
  const { etag, versionId, sizeBytes, sha256, crc32, verification, verifiedModified, isTakenAway, note } =
    object;
  const content = { key, sizeBytes, sha256, crc32, verifiedModified, isTimeFinal };
  const listed = toFingerprint(file);
  const transferred: TransferredVersion = {
    ...content,
    etag,
    versionId,
    fingerprint: listed,
    doneFile,
    isReplaced: false,
    runId: scope.run.runId,
    transferredAt: now(),
  };
  const entry = fileEntry(scope, file.path);
  await recordArrivals(table, entry, scope.expectations, transferred);
  const replaces = [transferredBefore?.etag, object.replacedEtag].filter((each) => each !== undefined);
  await recordTransferredVersion(table, entry, transferred, replaces);
  return { kind: 'transferred', path: file.path, ...content, listed, verification, isTakenAway, note };
}

/**
 * Records that the listing looks different, but that the partner has the version that was transferred.
 * `modified`: the time that the server tells for it now, where that is another one.
 * @throws FencedError
 */
export async function recordUnchanged(
  { file, key, transferredBefore, doneFile }: TransferAction,
  scope: RunScope,
  { table, modified }: Pick<Recording, 'table'> & { readonly modified?: ModifiedTime | undefined },
): Promise<UnchangedOutcome> {
  const listed = toFingerprint(file);
  await recordListedLook(table, fileEntry(scope, file.path), { look: listed, modified, doneFile });
  const version = { verifiedModified: modified ?? transferredBefore?.modified, listed, isTimeFinal: false };
  return { kind: 'unchanged', path: file.path, key, sizeBytes: file.sizeBytes ?? 0, ...version };
}

/** The error of a file whose time moved like a clock's, with other bytes, in a flow that refuses changes. */
export const changedBytes: FinalError = {
  error: 'changed',
  message:
    'Its time moved by whole half hours, and its bytes are not those that were transferred. The flow refuses changed files (onChange: fail).',
};

export interface FinalError {
  readonly error: FileErrorKind;
  readonly message: string;
  /** The last commands and replies of the session that worked on the file. */
  readonly transcript?: readonly string[] | undefined;
}

/**
 * Records that the file failed in this run. The next run tries it again.
 * @throws FencedError
 */
export async function recordFailed(
  { file, key, attemptsBefore }: TransferAction,
  { error, message, transcript }: FinalError,
  scope: RunScope,
  { table, now }: Recording,
): Promise<FailedOutcome> {
  const { path, sizeBytes } = file;
  await recordFileError(table, fileEntry(scope, path), {
    fingerprint: toFingerprint(file),
    error,
    message,
    attempts: attemptsBefore + 1,
    failedAt: now(),
  }).catch((cause: unknown) => {
    // The report names the file all the same. Thrown, this error would end the step, and with it all files.
    if (!(cause instanceof ItemRefusedError)) throw cause;
  });
  return { kind: 'failed', path, key, sizeBytes, error, message, transcript };
}
