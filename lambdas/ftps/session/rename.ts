import type { RemotePath } from '../../core/path/remote-path.ts';
import { classifyReply, replyAnswer } from '../control/classify-error.ts';
import { isPositive, type Reply } from '../control/reply.ts';
import { FtpsError } from '../ftps-error.ts';
import { refusesToTell } from './file-facts.ts';
import { refusal, refusalAs, type Session, wirePath } from './session.ts';

/**
 * RNTO was sent and no reply came: the rename may have happened. Check both names before a retry. `kind` says
 * how the connection was lost.
 */
export class RenameUncertainError extends FtpsError {}

/**
 * Renames a file with RNFR and RNTO (RFC 959, 4.1.3). Whether it replaces an existing target is up to the
 * server.
 * @param beforeRename called right before RNTO is sent; what it throws is thrown, and nothing is renamed.
 * @throws RenameUncertainError where the rename may have happened. FtpsError where it has not: with a reply
 * code where the server refused it, `refused` where the target exists and the server does not replace it (550
 * or 553 to RNTO), `name-refused` also where the server gave the file another name, `unavailable` where the
 * server confirmed the rename and has not made it; without a reply code where the session was lost before
 * RNTO.
 */
export async function rename(
  session: Session,
  from: RemotePath,
  to: RemotePath,
  beforeRename: () => void = () => undefined,
): Promise<void> {
  const target = wirePath(session, to);
  const ready = await session.control.request(`RNFR ${wirePath(session, from)}`);
  if (ready.code !== 350) throw refusal('renaming', from, ready);
  beforeRename();
  const reply = await requestRename(session, { from, to, command: `RNTO ${target}` });
  if (!isPositive(reply)) throw await renameError(session, { from, to, reply });
  if (/ (\/|$)/.test(to)) await expectKeptName(session, { from, to, reply });
  else await expectMoved(session, { from, to, reply });
}

interface RenameRequest {
  readonly from: RemotePath;
  readonly to: RemotePath;
  readonly command: string;
}

async function requestRename(session: Session, { from, to, command }: RenameRequest): Promise<Reply> {
  try {
    const reply = await session.control.request(command);
    if (reply.code !== 421) return reply;
    // The server hangs up (RFC 959, 4.2.2), before or after the rename.
    throw refusal('renaming', from, reply);
  } catch (error) {
    if (!(error instanceof FtpsError)) throw error;
    const answer = `it is not known whether the rename happened: ${error.message}`;
    const { kind, replyCode } = error;
    const attempt = `renaming ${from} to`;
    throw new RenameUncertainError({ kind, attempt, target: to, answer, path: to, replyCode, cause: error });
  }
}

interface AnsweredRename {
  readonly from: RemotePath;
  readonly to: RemotePath;
  readonly reply: Reply;
}

/** Pure-FTPd accepts a new name that ends in spaces, and replaces each of them by `_`. */
async function expectKeptName(session: Session, { from, to, reply }: AnsweredRename): Promise<void> {
  const sizeReply = await requestSize(session, to);
  if (sizeReply?.code !== 550) return;
  // Pure-FTPd says so of a file that does not exist; other servers, of one that this user may not see.
  const isOfPureFtpd = /can.?t check for file existence/i.test(sizeReply.bytes);
  if (refusesToTell(sizeReply) && !isOfPureFtpd) return;
  const answer = `${replyAnswer(reply)}, but has no file of that name now: it stored the file under another name`;
  const { code: replyCode } = reply;
  const attempt = `renaming ${from} to`;
  throw new FtpsError({ kind: 'name-refused', attempt, target: to, answer, path: to, replyCode });
}

/**
 * Some servers answer 250 and rename nothing (ppareit/swiftp). The old name then still has the file. That the
 * new name has none proves nothing: a reader may have taken the file away at once.
 */
async function expectMoved(session: Session, { from, to, reply }: AnsweredRename): Promise<void> {
  const atOldName = await requestSize(session, from);
  if (atOldName === undefined || !isPositive(atOldName)) return;
  const atNewName = await requestSize(session, to);
  // An object store behind FTP may copy the file, and delete the old name a moment later.
  if (atNewName === undefined || atNewName.bytes === atOldName.bytes) return;
  const answer = `${replyAnswer(reply)}, but the file is still at its old name`;
  const { code: replyCode } = reply;
  const attempt = `renaming ${from} to`;
  throw new FtpsError({ kind: 'unavailable', attempt, target: to, answer, path: to, replyCode });
}

/** Undefined where the session is lost: the rename was confirmed, and stays so. */
async function requestSize(session: Session, path: RemotePath): Promise<Reply | undefined> {
  try {
    return await session.control.request(`SIZE ${wirePath(session, path)}`);
  } catch (error) {
    if (error instanceof FtpsError) return undefined;
    throw error;
  }
}

/** 553 is a name that is not allowed, or FileZilla Server's `553 file exists`: SIZE tells which. */
async function renameError(session: Session, { from, to, reply }: AnsweredRename): Promise<FtpsError> {
  const attempt = `renaming ${from} to`;
  if (reply.code !== 553) return refusal(attempt, to, reply);
  const exists = isPositive(await session.control.request(`SIZE ${wirePath(session, to)}`));
  return refusalAs(exists ? 'refused' : classifyReply(reply), { attempt, path: to, reply });
}
