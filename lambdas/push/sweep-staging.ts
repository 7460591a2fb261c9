import { remove } from '../ftps/commands.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import { listDirectory } from '../ftps/list-directory.ts';
import type { Session } from '../ftps/session.ts';
import { type DeliveryPaths, isStagingName } from '../sync/delivery-path.ts';
import { nameOf, parentPath } from '../sync/remote-path.ts';
import { instantOf } from '../sync/server-zone.ts';

/** No try of a delivery is spread over more than a day, the queue's four pauses and a redrive included. */
const abandonedAfterMs = 24 * 60 * 60_000;

/** A larger directory is not swept: looking through it would cost more than the leftovers do. */
const maxEntries = 10_000;

/**
 * Deletes staging files in the target's directory that are named by us and are a day old: tries of versions that were replaced
 * before they were delivered. A file whose age cannot be told stays. What cannot be deleted stays too: the delivery is done.
 * @throws FtpsError where the session is gone.
 */
export async function sweepStaging(
  session: Session,
  paths: DeliveryPaths,
  { pattern, now }: { readonly pattern: string; readonly now: Date },
): Promise<void> {
  try {
    const listing = await listDirectory(session, parentPath(paths.target), { maxEntries });
    for (const file of listing.files) {
      const modified = file.modified && instantOf(file.modified, { kind: 'unknown' });
      const isOld = modified !== undefined && now.getTime() - modified.getTime() > abandonedAfterMs;
      if (isOld && file.path !== paths.target && isStagingName(pattern, nameOf(file.path)))
        await remove(session, file.path);
    }
  } catch (error) {
    if (!(error instanceof FtpsError)) throw error;
  }
}
