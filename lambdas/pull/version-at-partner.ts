import type { TransferAction } from '../contract/plan-documents.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { lookAt } from '../ftps/look-at.ts';
import type { Session } from '../ftps/session.ts';
import type { ModifiedTime, RemoteFile } from '../sync/remote-file.ts';

/**
 * Listings change their look without the file changing: a date that loses its hour, a zone that shifts in spring.
 * Where SIZE and MDTM are exactly those recorded for this key, it is the version that was taken, whether or not a consumer has
 * taken the object away since. Where the `unique` fact (RFC 3659, 7.5.2) is another one besides, either it was replaced within
 * one second by one as long, or the server's disk was moved, which gives every file another: then the bytes decide.
 */
export async function compareWithTaken(
  session: Session,
  { file, key, takenBefore, reason }: TransferAction,
): Promise<'same' | 'same-if-bytes-are' | 'other'> {
  // A person wants it again because it is the same.
  if (reason === 'replay') return 'other';
  if (takenBefore?.key !== key || takenBefore.modified?.precision !== 'second') return 'other';
  const found = await lookAt(session, file.path).catch((error: unknown) => {
    // A server that will not tell leaves the listing's word: the file counts as changed and is fetched.
    if (error instanceof FtpsError && !session.lost) return undefined;
    throw error;
  });
  const isSame =
    found?.sizeBytes === takenBefore.sizeBytes && found.modified?.raw === takenBefore.modified.raw;
  if (!isSame) return 'other';
  const { unique } = takenBefore;
  return unique === undefined || file.unique === undefined || unique === file.unique
    ? 'same'
    : 'same-if-bytes-are';
}

/** The error for a file that is another version now than the listing said. */
export function changedSinceListing(
  file: RemoteFile,
  { modified }: { readonly modified: ModifiedTime | undefined },
): FtpsError {
  const times = `it was modified ${modified?.raw} and is listed with ${file.modified?.raw}`;
  return new FtpsError({
    kind: 'changed',
    attempt: 'reading',
    target: file.path,
    answer: times,
    path: file.path,
  });
}
