import { parentPath, type RemotePath, rootPath } from '../../core/path/remote-path.ts';
import { isPositive, type Reply } from '../control/reply.ts';
import { FtpsError } from '../ftps-error.ts';
import { refusal, type Session, wirePath } from './session.ts';

/** Commands in flight at once: more would fill the server's input buffer while its replies fill ours. */
const maxPipelined = 100;

/**
 * The final replies to commands, in their order. The commands are pipelined, or sent one by one to a server
 * that has lost pipelined commands before.
 * @throws FtpsError where the session is gone.
 */
export async function requestAll(session: Session, commands: readonly string[]): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  const step = session.behaviour.commands === 'together' ? maxPipelined : 1;
  for (let start = 0; start < commands.length; start += step) {
    const batch = commands.slice(start, start + step);
    try {
      replies.push(...(await session.control.pipeline(batch)));
    } catch (error) {
      // A server that reads one command per packet loses the others, so that their replies never come.
      if (batch.length > 1 && error instanceof FtpsError && error.kind === 'timeout') {
        session.behaviour.commands = 'one-by-one';
      }
      throw error;
    }
  }
  return replies;
}

/** Deletes a file with DELE. @throws FtpsError where the server refuses it, or the session is gone. */
export async function remove(session: Session, path: RemotePath): Promise<void> {
  const reply = await session.control.request(`DELE ${wirePath(session, path)}`);
  if (!isPositive(reply)) throw refusal('deleting', path, reply);
}

/** Removes an empty directory with RMD. @throws FtpsError where it is refused, or the session is gone. */
export async function removeDirectory(session: Session, path: RemotePath): Promise<void> {
  const reply = await session.control.request(`RMD ${wirePath(session, path)}`);
  if (!isPositive(reply)) throw refusal('removing the directory', path, reply);
}

/** Creates one directory with MKD. @throws FtpsError where the server refuses it, or the session is gone. */
export async function makeDirectory(session: Session, path: RemotePath): Promise<void> {
  const reply = await session.control.request(`MKD ${wirePath(session, path)}`);
  if (!isPositive(reply)) throw refusal('making the directory', path, reply);
}

/** Enters a directory with CWD. @throws FtpsError where the server refuses it, or the session is gone. */
export async function enterDirectory(session: Session, path: RemotePath): Promise<void> {
  const reply = await session.control.request(`CWD ${wirePath(session, path)}`);
  if (!isPositive(reply)) throw refusal('entering', path, reply);
}

/** Creates a directory and its missing parents. @throws FtpsError where it still does not exist. */
export async function makeDirectories(session: Session, path: RemotePath): Promise<void> {
  if (path === rootPath || (await isDirectory(session, path))) return;
  await makeDirectories(session, parentPath(path));
  const made = await session.control.request(`MKD ${wirePath(session, path)}`);
  // Another session may have created it in the meantime, and no reply code says so.
  if (!isPositive(made) && !(await isDirectory(session, path))) {
    throw refusal('making the directory', path, made);
  }
}

async function isDirectory(session: Session, path: RemotePath): Promise<boolean> {
  return isPositive(await session.control.request(`CWD ${wirePath(session, path)}`));
}

/** Whether the server still answers. Do not call it during a transfer, whose replies it would take. */
export async function isAlive(session: Session): Promise<boolean> {
  if (session.lost) return false;
  try {
    await session.control.request('NOOP');
  } catch {
    // The session is marked as lost, which is the answer.
  }
  return !session.lost;
}
