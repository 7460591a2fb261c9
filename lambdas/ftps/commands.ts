import type { ModifiedTime } from '../sync/remote-file.ts';
import { parentPath, type RemotePath, rootPath } from '../sync/remote-path.ts';
import { classifyReply, replyAnswer } from './classify.ts';
import { FtpsError } from './ftps-error.ts';
import { isPositive, type Reply } from './reply.ts';
import { refusal, refusalAs, type Session, wirePath } from './session.ts';
import { parseTimeVal } from './time-val.ts';

/** How many commands are on the way at once: more would fill the server's input buffer while its replies fill ours. */
const pipelineWindow = 100;

/** The final replies to commands, in their order; in one go where the server bears it, else one by one. */
export async function askAll(session: Session, commands: readonly string[]): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  const step = session.habits.commands === 'together' ? pipelineWindow : 1;
  for (let start = 0; start < commands.length; start += step) {
    const window = commands.slice(start, start + step);
    try {
      replies.push(...(await session.control.pipeline(window)));
    } catch (error) {
      // A server that reads one command a packet loses the others, and is then waited for in vain.
      if (window.length > 1 && error instanceof FtpsError && error.kind === 'timeout') {
        session.habits.commands = 'one-by-one';
      }
      throw error;
    }
  }
  return replies;
}

/** SIZE (RFC 3659, 4), in bytes. @throws FtpsError where the server does not tell. */
export async function sizeOf(session: Session, path: RemotePath): Promise<number> {
  const reply = await session.control.request(`SIZE ${wirePath(session, path)}`);
  const sizeBytes = sizeIn(reply);
  if (sizeBytes === undefined) throw refusal('asking the size of', path, reply);
  return sizeBytes;
}

/** The number in the reply to SIZE; undefined for a negative one, and for ftp-srv's 213 without a number. */
export function sizeIn(reply: Reply): number | undefined {
  const digits = isPositive(reply) ? /^213 +(\d{1,16})(?!\d)/.exec(reply.bytes)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

/** MDTM (RFC 3659, 3), UTC by the standard. @throws FtpsError where the server does not tell. */
export async function modifiedTimeOf(session: Session, path: RemotePath): Promise<ModifiedTime> {
  const reply = await session.control.request(`MDTM ${wirePath(session, path)}`);
  const modified = modifiedTimeIn(reply);
  if (modified === undefined) throw refusal('asking the modified time of', path, reply);
  return modified;
}

/** MDTM for many paths at once, in their order; undefined where the server does not tell. */
export async function modifiedTimesOf(
  session: Session,
  paths: readonly RemotePath[],
): Promise<readonly (ModifiedTime | undefined)[]> {
  const replies = await askAll(
    session,
    paths.map((path) => `MDTM ${wirePath(session, path)}`),
  );
  return replies.map(modifiedTimeIn);
}

export function modifiedTimeIn(reply: Reply): ModifiedTime | undefined {
  const raw = isPositive(reply) ? /^213 +(\S+)/.exec(reply.bytes)?.[1] : undefined;
  return raw === undefined ? undefined : parseTimeVal(raw);
}

/** DELE. @throws FtpsError. */
export async function remove(session: Session, path: RemotePath): Promise<void> {
  const reply = await session.control.request(`DELE ${wirePath(session, path)}`);
  if (!isPositive(reply)) throw refusal('deleting', path, reply);
}

/**
 * The connection ended while RNTO was on its way: the file may have the old name or the new one. Nobody but a new look at
 * both can tell. Its kind is that of the loss.
 */
export class RenameInDoubt extends FtpsError {}

/**
 * RNFR and RNTO. Whether an existing target is replaced is the server's choice (RFC 959 leaves it open).
 * @throws RenameInDoubt where RNTO was sent and no reply came, so that it may have happened: look before trying again.
 * FtpsError where it has not: with a reply code it was refused, and `refused` where the server has the target and will not
 * replace it (550 or 553 to RNTO), `name-refused` also where it gave the file another name; without one the session was
 * lost before.
 */
export async function rename(session: Session, from: RemotePath, to: RemotePath): Promise<void> {
  const target = wirePath(session, to);
  const ready = await session.control.request(`RNFR ${wirePath(session, from)}`);
  if (ready.code !== 350) throw refusal('renaming', from, ready);
  const reply = await requestRename(session, { from, to, command: `RNTO ${target}` });
  if (!isPositive(reply)) throw await whyNotRenamed(session, { from, to, reply });
  if (/ (\/|$)/.test(to)) await expectKeptName(session, { from, to, reply });
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
    // The server hangs up (RFC 959, 4.2.2), before or after it did what was asked.
    throw refusal('renaming', from, reply);
  } catch (error) {
    if (!(error instanceof FtpsError)) throw error;
    const answer = `whether it happened is not known: ${error.message}`;
    const { kind, replyCode } = error;
    const attempt = `renaming ${from} to`;
    throw new RenameInDoubt({ kind, attempt, target: to, answer, path: to, replyCode, cause: error });
  }
}

interface AnsweredRename {
  readonly from: RemotePath;
  readonly to: RemotePath;
  readonly reply: Reply;
}

/** Pure-FTPd agrees to a new name that ends in spaces, and makes each of them `_`. */
async function expectKeptName(session: Session, { from, to, reply }: AnsweredRename): Promise<void> {
  const look = await session.control.request(`SIZE ${wirePath(session, to)}`);
  if (look.code !== 550) return;
  const answer = `${replyAnswer(reply)}, but has no file of that name now: it has made another one of it`;
  const { code: replyCode } = reply;
  const attempt = `renaming ${from} to`;
  throw new FtpsError({ kind: 'name-refused', attempt, target: to, answer, path: to, replyCode });
}

/** 553 means a name that cannot be, and FileZilla Server's `553 file exists`; whoever has a size is there. */
async function whyNotRenamed(session: Session, { from, to, reply }: AnsweredRename): Promise<FtpsError> {
  const attempt = `renaming ${from} to`;
  if (reply.code !== 553) return refusal(attempt, to, reply);
  const isThere = isPositive(await session.control.request(`SIZE ${wirePath(session, to)}`));
  return refusalAs(isThere ? 'refused' : classifyReply(reply), { attempt, path: to, reply });
}

/** Makes a directory and what is missing above it. @throws FtpsError where it is still not there. */
export async function makeDirectories(session: Session, path: RemotePath): Promise<void> {
  if (path === rootPath || (await isDirectory(session, path))) return;
  await makeDirectories(session, parentPath(path));
  const made = await session.control.request(`MKD ${wirePath(session, path)}`);
  // Another session may have made it meanwhile, and no reply code says so.
  if (!isPositive(made) && !(await isDirectory(session, path))) {
    throw refusal('making the directory', path, made);
  }
}

async function isDirectory(session: Session, path: RemotePath): Promise<boolean> {
  return isPositive(await session.control.request(`CWD ${wirePath(session, path)}`));
}

/** Whether the server still answers. Never during a transfer: the reply would be taken for the transfer's. */
export async function isAlive(session: Session): Promise<boolean> {
  if (session.lost) return false;
  try {
    await session.control.request('NOOP');
  } catch {
    // The session is gone and says so itself; that is the answer.
  }
  return !session.lost;
}
