import type { RemotePath } from '../sync/remote-path.ts';
import { classifyReply } from './classify.ts';
import { askAll } from './commands.ts';
import type { PassiveCommand } from './data-connection.ts';
import type { FtpsError } from './ftps-error.ts';
import { isPositive, type Reply } from './reply.ts';
import { refusal, refusalAs, type Session, wirePath } from './session.ts';

/**
 * Makes a directory the current one, and asks for the data connection of the listing that follows in the same breath,
 * where the passive mode is known: one round trip less for each directory.
 * @throws FtpsError `gone`, `denied` or `refused` where it cannot be entered.
 */
export async function enterDirectory(
  session: Session,
  directory: RemotePath,
): Promise<PassiveCommand | undefined> {
  const { passive } = session.habits;
  const commands = [`CWD ${wirePath(session, directory)}`, ...(passive === undefined ? [] : [passive])];
  const [entered, opened] = await askAll(session, commands);
  if (entered === undefined) throw new Error('a command must have its reply');
  if (!isPositive(entered)) throw await whyNotEntered(session, directory, entered);
  return passive === undefined || opened === undefined ? undefined : { name: passive, reply: opened };
}

/**
 * 550 and 450 say both 'missing' and 'not allowed'. MLST (RFC 3659, 7.1) looks without entering: what it shows is there.
 * A server without it leaves `refused`.
 */
async function whyNotEntered(session: Session, directory: RemotePath, reply: Reply): Promise<FtpsError> {
  const ambiguous = reply.code === 550 || reply.code === 450 || reply.code === 451;
  if (!ambiguous || !session.capabilities.features?.has('MLST')) {
    return refusal('entering', directory, reply);
  }
  const look = await session.control.request(`MLST ${wirePath(session, directory)}`);
  if (isPositive(look)) {
    return refusalAs(reply.code === 550 ? 'denied' : classifyReply(reply), {
      attempt: 'entering',
      path: directory,
      reply,
    });
  }
  return refusalAs(look.code === 550 ? 'gone' : 'refused', { attempt: 'entering', path: directory, reply });
}
