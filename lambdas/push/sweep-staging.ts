import { remove } from '../ftps/commands.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import type { Session } from '../ftps/session.ts';
import { wholeListing } from '../ftps/whole-listing.ts';
import { isStagingName } from '../sync/delivery-path.ts';
import type { ModifiedTime } from '../sync/remote-file.ts';
import { nameOf, parentPath, type RemotePath } from '../sync/remote-path.ts';
import { removeIfThere } from './remove-if-there.ts';

/** No try of a delivery is spread over more than a day, the queue's four pauses and a redrive included. */
const abandonedAfterMs = 24 * 60 * 60_000;

/** A larger directory is not swept: looking through it would cost more than the leftovers do. */
const maxEntries = 10_000;

export interface Leftovers {
  /** The file that was just delivered. */
  readonly target: RemotePath;
  /** Where a try of an older version of the same object may have left its bytes. */
  readonly ofOlderVersions: readonly RemotePath[];
  readonly stagingName: string;
}

/**
 * Deletes what tries of older versions of the object have left, and, in the target's directory, staging files that are named by
 * us and were last written a day before the target was: both dates are the server's, so that neither its clock nor its zone
 * matters. A file without a date stays. What cannot be deleted stays too: the delivery is done.
 */
export async function sweepStaging(session: Session, leftovers: Leftovers): Promise<void> {
  const { target, ofOlderVersions, stagingName } = leftovers;
  try {
    for (const path of ofOlderVersions) await removeIfThere(session, path);
    const { files } = await wholeListing(session, parentPath(target), { maxEntries });
    const deliveredMs = clockMs(files.find(({ path }) => path === target)?.modified);
    for (const { path, modified } of files) {
      // Without one of the dates this is no number, and no such number is greater.
      const isOld = deliveredMs - clockMs(modified) > abandonedAfterMs;
      if (isOld && isStagingName(stagingName, nameOf(path))) await remove(session, path);
    }
  } catch (error) {
    if (!(error instanceof FtpsError)) throw error;
  }
}

/** The time on the server's clock; NaN where it is not told. */
function clockMs(modified: ModifiedTime | undefined): number {
  return Date.parse(`${modified?.wallClock}Z`);
}
