import type { TransferAction } from '../../contract/documents/plan-documents.ts';
import type { ModifiedTime, RemoteFile } from '../../core/listing/remote-file.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import { statFile } from '../../ftps/listing/stat-file.ts';
import type { Session } from '../../ftps/session/session.ts';

/**
 * Compares the file at the partner with the version that was transferred. Listings may show a file
 * differently though it did not change: a date loses its hour, a zone shifts in spring. Where SIZE and MDTM
 * are exactly those recorded for this key, it is the version that was transferred, even if a consumer has
 * removed the object. Where the `unique` fact (RFC 3659, 7.5.2) differs all the same, either the file was
 * replaced within one second by one of the same size, or the server's disk was moved, which changes the fact
 * of every file: the bytes decide. They decide too where the server's clock seems to have changed.
 * @throws FtpsError where the session is lost.
 */
export async function compareWithTransferred(
  session: Session,
  { file, key, transferredBefore, reason, clockShift }: TransferAction,
): Promise<'same' | 'same-if-bytes-are' | 'different'> {
  // A replay transfers the same version again.
  if (reason === 'replay' || transferredBefore?.key !== key) return 'different';
  // Where only the time moved, by whole half hours, a server may have changed its clock.
  const unproven = clockShift === undefined ? 'different' : 'same-if-bytes-are';
  if (transferredBefore.modified?.precision !== 'second') return unproven;
  const found = await statFile(session, file.path).catch((error: unknown) => {
    // Without an answer the listing decides: the file counts as changed and is transferred.
    if (error instanceof FtpsError && !session.lost) return undefined;
    throw error;
  });
  const isSame =
    found?.sizeBytes === transferredBefore.sizeBytes &&
    found.modified?.raw === transferredBefore.modified.raw;
  if (!isSame) return found?.sizeBytes === transferredBefore.sizeBytes ? unproven : 'different';
  const { unique } = transferredBefore;
  return unique === undefined || file.unique === undefined || unique === file.unique
    ? 'same'
    : 'same-if-bytes-are';
}

/** The error of a file whose modified time is no longer the one in the listing. */
export function changedSinceListing(
  file: RemoteFile,
  { modified }: { readonly modified: ModifiedTime | undefined },
): FtpsError {
  return new FtpsError({
    kind: 'changed',
    attempt: 'reading',
    target: file.path,
    answer: `it was modified ${modified?.raw}, and the listing says ${file.modified?.raw}`,
    path: file.path,
  });
}
