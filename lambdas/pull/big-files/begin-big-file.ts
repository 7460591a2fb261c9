import type { TransferAction } from '../../contract/documents/plan-documents.ts';
import { matchesListing, toFingerprint } from '../../core/listing/fingerprint.ts';
import type { ModifiedTime } from '../../core/listing/remote-file.ts';
import type { TransferredOutcome, UnchangedOutcome } from '../../core/plan/outcome.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import { type FileStat, statFile } from '../../ftps/listing/stat-file.ts';
import type { Session } from '../../ftps/session/session.ts';
import { headObject } from '../../s3/head-object.ts';
import { sourceFacts } from '../run-scope.ts';
import { adoptObject } from '../transfer-file/adopt-object.ts';
import { changedSinceListing, compareWithTransferred } from '../transfer-file/compare-with-transferred.ts';
import { objectOwnership } from '../transfer-file/object-ownership.ts';
import { recordTransferred, recordUnchanged } from '../transfer-file/record-outcome.ts';
import type { BigFileContext } from './big-file-context.ts';
import type { FileUpload } from './big-file-state.ts';
import { discardUpload, openUpload } from './file-upload.ts';
import { restReading } from './rest-support.ts';

/** A file that needs no transfer has its outcome; any other one has an upload for its parts. */
export type BegunBigFile =
  | { readonly kind: 'ended'; readonly outcome: TransferredOutcome | UnchangedOutcome }
  | { readonly kind: 'uploading'; readonly upload: FileUpload };

/**
 * Begins a big file, or resumes the upload of an earlier run whose parts belong to this version. The object
 * at the key and the version at the partner are treated as those of any file (transfer-file.ts), but an
 * adopted object is not read for its SHA-256, which would take as long as the transfer.
 * @throws FtpsError, StorageError, ForeignObjectError, FencedError
 */
export async function beginBigFile(action: TransferAction, context: BigFileContext): Promise<BegunBigFile> {
  const { key, file } = action;
  const { scope, inbox, pool } = context;
  const current = await headObject(inbox, key);
  if (current !== undefined && objectOwnership(current, action, sourceFacts(scope, file)) === 'interrupted') {
    const adopted = await adoptObject(action, current, pool);
    if (adopted !== undefined) {
      const outcome = await recordTransferred(action, adopted, scope, context);
      await discardUpload(action, context);
      return { kind: 'ended', outcome };
    }
  }
  const found = await pool.use(async (session) => {
    const stat = await statAsListed(session, action);
    return (await compareWithTransferred(session, action)) === 'same' ? 'unchanged' : stat;
  });
  if (found === 'unchanged') return { kind: 'ended', outcome: await finishUnchanged(action, context) };
  const { sizeBytes } = found;
  const reading = await restReading({ path: file.path, sizeBytes }, context);
  const upload = await openUpload(action, { sizeBytes, modifiedRaw: found.modified?.raw }, context);
  return { kind: 'uploading', upload: { ...upload, reading } };
}

/**
 * Ends a file that only looks different in the listing: the partner has the version that was transferred.
 * @param modified the time that the server tells for it now, where that is another one.
 */
export async function finishUnchanged(
  action: TransferAction,
  context: BigFileContext,
  modified?: ModifiedTime | undefined,
): Promise<UnchangedOutcome> {
  await discardUpload(action, context);
  return recordUnchanged(action, context.scope, { ...context, modified });
}

interface KnownSize extends FileStat {
  readonly sizeBytes: number;
}

/**
 * @throws FtpsError `gone`, `changed` or `not-supported` where the partner does not have the listed version.
 */
async function statAsListed(session: Session, { file }: TransferAction): Promise<KnownSize> {
  const { path } = file;
  const found = await statFile(session, path);
  const attempt = 'looking at';
  if (found === undefined) {
    throw new FtpsError({ kind: 'gone', attempt, target: path, answer: 'there is no such file', path });
  }
  const sizeBytes = found.sizeBytes ?? file.sizeBytes;
  if (sizeBytes === undefined || sizeBytes === 0) {
    const answer = 'the server does not report its size';
    throw new FtpsError({ kind: 'not-supported', attempt, target: path, answer, path });
  }
  if (file.sizeBytes !== undefined && file.sizeBytes !== sizeBytes) {
    const answer = `it has ${sizeBytes} bytes, and the listing says ${file.sizeBytes}`;
    throw new FtpsError({ kind: 'changed', attempt, target: path, answer, path });
  }
  if (!matchesListing(toFingerprint(file), found.modified)) throw changedSinceListing(file, found);
  return { ...found, sizeBytes };
}
