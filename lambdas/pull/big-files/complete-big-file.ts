import type { TransferAction } from '../../contract/documents/plan-documents.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import type { ChecksumComparison, FoundVersion } from '../../core/plan/big-file-step.ts';
import type { Outcome, Verification } from '../../core/plan/outcome.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import { offeredHashes, requestHash } from '../../ftps/transfer/server-hash.ts';
import { forgetBigUpload } from '../../ledger/entries/big-uploads.ts';
import { remainingWorkMs } from '../../runtime/deadline.ts';
import { headObject } from '../../s3/head-object.ts';
import { ownership } from '../../s3/source-metadata.ts';
import { combinePartCrcs } from '../../s3/upload/crc32.ts';
import { completeUpload, type StoredPart } from '../../s3/upload/multipart-requests.ts';
import { fileEntry, sourceFacts } from '../run-scope.ts';
import { ForeignObjectError } from '../transfer-file/object-ownership.ts';
import {
  changedBytes,
  recordFailed,
  recordTransferred,
  takenAwayNote,
} from '../transfer-file/record-outcome.ts';
import { finishUnchanged } from './begin-big-file.ts';
import type { BigFileContext } from './big-file-context.ts';
import type { FileUpload } from './big-file-state.ts';
import { discardUpload } from './file-upload.ts';

/** All parts of a file. */
export interface WholeFile {
  readonly upload: FileUpload;
  readonly parts: readonly StoredPart[];
  /** The file at the partner after the last part arrived; undefined: it was removed once it was read. */
  readonly found: FoundVersion | undefined;
  readonly verification: Verification;
  /** What a person may want to know of the transfer. */
  readonly note: string | undefined;
}

/**
 * Combines the parts into the object, as the precondition allows, and records it. S3 verifies the size and
 * the CRC-32 of the whole, which is computed from those of the parts, since no one process has read all
 * bytes.
 * @throws StorageError, ForeignObjectError, FencedError, RecordConflictError
 */
export async function completeBigFile(
  action: TransferAction,
  { upload, parts, found, verification, note }: WholeFile,
  context: BigFileContext,
): Promise<Outcome> {
  const { key, file } = action;
  const { scope, inbox, table } = context;
  const { sizeBytes } = upload;
  const crc32 = combinePartCrcs(parts);
  const ifOther = action.clockShift?.ifOther;
  const isKnown = isTransferredVersion(action, { sizeBytes, crc32, found });
  if (isKnown || ifOther === 'ignore')
    return finishUnchanged(action, context, isKnown ? found?.modified : undefined);
  if (ifOther === 'fail') {
    await discardUpload(action, context);
    return recordFailed(action, changedBytes, scope, context);
  }
  const facts = sourceFacts(scope, file);
  const current = await headObject(inbox, key);
  if (current !== undefined && ownership(current.metadata, facts) === 'foreign')
    throw new ForeignObjectError(key);
  const published = await completeUpload({ bucket: inbox, key, uploadId: upload.uploadId }, parts, {
    sizeBytes,
    checksum: crc32,
    precondition: current === undefined ? { kind: 'absent' } : { kind: 'replaces', etag: current.etag },
    isOwnObject: ({ metadata }) => ownership(metadata, facts) !== 'foreign',
  });
  const content = { sizeBytes, sha256: undefined, crc32, verifiedModified: found?.modified };
  const gone = found === undefined ? ({ isTakenAway: true, note: takenAwayNote } as const) : { note };
  const object = { ...content, ...published, verification, ...gone, replacedEtag: current?.etag };
  const outcome = await recordTransferred(action, object, scope, context);
  await forgetBigUpload(table, fileEntry(scope, file.path));
  return outcome;
}

/**
 * Whether the partner has the version that was transferred, though its listing looks different, as the
 * `unique` fact does after a server's disk was moved, and its time after the server's clock. A replay
 * transfers it all the same.
 */
function isTransferredVersion(
  { key, reason, transferredBefore, clockShift }: TransferAction,
  whole: { readonly sizeBytes: number; readonly crc32: string; readonly found: FoundVersion | undefined },
): boolean {
  return (
    reason !== 'replay' &&
    transferredBefore?.key === key &&
    transferredBefore.crc32 === whole.crc32 &&
    transferredBefore.sizeBytes === whole.sizeBytes &&
    (clockShift !== undefined ||
      (transferredBefore.modified !== undefined &&
        transferredBefore.modified.raw === whole.found?.modified?.raw))
  );
}

/** How fast a server is assumed to hash a file; the answer of a slower one is not awaited. */
const hashBytesPerSecond = 50_000_000;

/** No server is kept busy for longer, and a session gives up on the reply soon after (ftps/timeouts.ts). */
const maxHashMs = 240_000;

/**
 * Compares the CRC-32 of the parts with the server's, where it offers one and is expected to compute it soon:
 * it reads the whole file for that, and the invocation has other files.
 */
export async function compareChecksums(
  path: RemotePath,
  { parts, sizeBytes }: { readonly parts: readonly StoredPart[]; readonly sizeBytes: number },
  { pool, deadline }: Pick<BigFileContext, 'pool' | 'deadline'>,
): Promise<ChecksumComparison> {
  const waitMs = Math.min(maxHashMs, remainingWorkMs(deadline) / 2);
  if (waitMs <= 0 || sizeBytes > (waitMs / 1000) * hashBytesPerSecond) return 'unknown';
  const ourHex = Buffer.from(combinePartCrcs(parts), 'base64').toString('hex');
  const hash = await pool.use(async (session) => {
    if (!offeredHashes(session.capabilities).includes('crc32')) return undefined;
    // In the middle of an exchange, this drops the session.
    const timer = setTimeout(() => void session.close(), waitMs);
    try {
      return await requestHash(session, path, ['crc32']);
    } catch (error) {
      // A server that does not answer in time says nothing about the file.
      if (error instanceof FtpsError) return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  });
  if (hash === undefined) return 'unknown';
  return hash.hex === ourHex ? 'equal' : { serverHex: hash.hex, ourHex };
}
