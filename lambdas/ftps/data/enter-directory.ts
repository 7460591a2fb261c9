import type { RemotePath } from '../../core/path/remote-path.ts';
import { classifyReply } from '../control/classify-error.ts';
import { isPositive, type Reply } from '../control/reply.ts';
import type { FtpsError } from '../ftps-error.ts';
import { requestAll } from '../session/commands.ts';
import { refusal, refusalAs, type Session, wirePath } from '../session/session.ts';
import type { PassiveCommand } from './data-connection.ts';

/**
 * Makes a directory the current one (CWD), and pipelines the passive mode command of the listing that follows
 * where the mode is known: one round trip less for each directory.
 * @returns the passive mode command, for `openData`.
 * @throws FtpsError `gone`, `denied` or `refused` where the server refuses CWD.
 */
export async function enterDirectory(
  session: Session,
  directory: RemotePath,
): Promise<PassiveCommand | undefined> {
  const { passive } = session.behaviour;
  const commands = [`CWD ${wirePath(session, directory)}`, ...(passive === undefined ? [] : [passive])];
  const [entered, opened] = await requestAll(session, commands);
  if (entered === undefined) throw new Error('a command must have its reply');
  if (!isPositive(entered)) throw await enterError(session, directory, entered);
  return passive === undefined || opened === undefined ? undefined : { name: passive, reply: opened };
}

/**
 * 550 and 450 mean both 'missing' and 'not allowed'. MLST (RFC 3659, 7.1) shows whether the directory exists
 * without entering it. For a server without MLST the kind stays `refused`.
 */
async function enterError(session: Session, directory: RemotePath, reply: Reply): Promise<FtpsError> {
  const isAmbiguous = reply.code === 550 || reply.code === 450 || reply.code === 451;
  if (!isAmbiguous || !session.capabilities.features?.has('MLST')) {
    return refusal('entering', directory, reply);
  }
  const facts = await session.control.request(`MLST ${wirePath(session, directory)}`);
  if (isPositive(facts)) {
    return refusalAs(reply.code === 550 ? 'denied' : classifyReply(reply), {
      attempt: 'entering',
      path: directory,
      reply,
    });
  }
  return refusalAs(facts.code === 550 ? 'gone' : 'refused', { attempt: 'entering', path: directory, reply });
}
