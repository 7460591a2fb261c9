import { remove } from '../ftps/commands.ts';
import { FtpsError } from '../ftps/ftps-error.ts';
import type { Session } from '../ftps/session.ts';
import type { RemotePath } from '../sync/remote-path.ts';

/**
 * Deletes a file that is ours to delete and may not be there: no reply code tells 'is not there' from 'may not', and the caller
 * can go on after both. @throws FtpsError where the session is gone.
 */
export async function removeIfThere(session: Session, path: RemotePath): Promise<void> {
  try {
    await remove(session, path);
  } catch (error) {
    if (!(error instanceof FtpsError) || session.lost) throw error;
  }
}
