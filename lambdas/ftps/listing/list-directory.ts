import type { ListingVerdict } from '../../core/listing/listing.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { enterDirectory } from '../data/enter-directory.ts';
import type { Session } from '../session/session.ts';
import { askAboutLines } from './ask-about-lines.ts';
import type { ListOptions } from './list-options.ts';
import { ListingType } from './listing-type.ts';
import { type TriedListing, tryListingCommands } from './try-listing-commands.ts';

/** A verdict, and how the server gave it. */
export type DirectoryVerdict = ListingVerdict & Pick<TriedListing, 'command' | 'emptySaidBy'>;

/**
 * Lists one directory. Memory use does not depend on its size. Everything that makes the result less than the
 * whole directory is in the verdict's `errors`. Where the server does not end the data with TLS close_notify,
 * the directory is listed twice, because the end of the first listing proves nothing.
 *
 * It sends CWD first, and MLSD or LIST without a path: with a path, vsftpd answers a missing directory with
 * an empty list and 226, Pure-FTPd loses names with spaces, and ProFTPD reads brackets as a pattern. A
 * command whose answer proves nothing is followed by another one (listing-answer.ts).
 * @throws FtpsError `gone`, `denied` or `refused` where the directory cannot be entered; the kind of the
 * reply where the server refuses to list; without a reply code where the session is gone. The signal's
 * reason. What `onLines` throws.
 */
export async function listDirectory(
  session: Session,
  directory: RemotePath,
  options: ListOptions,
): Promise<DirectoryVerdict> {
  const { collector, command, emptySaidBy } = await collectDirectory(session, directory, options);
  await askAboutLines(session, directory, collector);
  await options.onLines(collector.take());
  return { ...collector.verdict(), command, emptySaidBy };
}

/** The session has TYPE I again afterwards. */
async function collectDirectory(
  session: Session,
  directory: RemotePath,
  options: ListOptions,
): Promise<TriedListing> {
  await using type = await ListingType.begin(session);
  const passive = await enterDirectory(session, directory);
  return await tryListingCommands({ session, directory, options, passive, type });
}
