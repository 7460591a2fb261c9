import { isStagingName } from '../../core/delivery/delivery-path.ts';
import type { ModifiedTime } from '../../core/listing/remote-file.ts';
import { baseName, parentPath, type RemotePath } from '../../core/path/remote-path.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import { listWholeDirectory } from '../../ftps/listing/list-whole-directory.ts';
import { remove } from '../../ftps/session/commands.ts';
import type { Session } from '../../ftps/session/session.ts';

/** The tries of a delivery span less than a day: the pauses (delivery-retry.ts) and a redrive included. */
const abandonedAfterMs = 24 * 60 * 60_000;

/** A larger directory is not swept: listing it costs more than the abandoned files do. */
const maxEntries = 10_000;

export interface StagingSweep {
  /** The file that was just delivered. */
  readonly target: RemotePath;
  /** The flow's pattern. */
  readonly stagingName: string;
}

/**
 * Deletes the staging files in the target's directory that were last written a day before the target. Both
 * dates are the server's, so neither its clock nor its time zone matters. Files without a date stay. An error
 * of the partner ends the sweep silently: the delivery is done.
 */
export async function sweepStaging(session: Session, sweep: StagingSweep): Promise<void> {
  const { target, stagingName } = sweep;
  try {
    const { files } = await listWholeDirectory(session, parentPath(target), { maxEntries });
    const deliveredMs = serverTimeMs(files.find(({ path }) => path === target)?.modified);
    for (const { path, modified } of files) {
      // NaN if a date is unknown; no comparison with NaN is true.
      const isAbandoned = deliveredMs - serverTimeMs(modified) > abandonedAfterMs;
      if (isAbandoned && isStagingName(stagingName, baseName(path))) await remove(session, path);
    }
  } catch (error) {
    if (!(error instanceof FtpsError)) throw error;
  }
}

/** The time on the server's clock; NaN if it is unknown. */
function serverTimeMs(modified: ModifiedTime | undefined): number {
  return Date.parse(`${modified?.wallClock}Z`);
}
