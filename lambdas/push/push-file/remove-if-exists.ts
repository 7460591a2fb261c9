import type { RemotePath } from '../../core/path/remote-path.ts';
import { FtpsError } from '../../ftps/ftps-error.ts';
import { remove } from '../../ftps/session/commands.ts';
import type { Session } from '../../ftps/session/session.ts';

/**
 * Deletes a file of ours that may not exist. A refusal is ignored: no reply code distinguishes 'does not
 * exist' from 'not allowed', and the caller can continue after both.
 * @throws FtpsError if the session is lost.
 */
export async function removeIfExists(session: Session, path: RemotePath): Promise<void> {
  try {
    await remove(session, path);
  } catch (error) {
    if (!(error instanceof FtpsError) || session.lost) throw error;
  }
}
