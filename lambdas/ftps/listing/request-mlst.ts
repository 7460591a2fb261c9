import { isUnsupported } from '../../core/listing/listing-answer.ts';
import type { ModifiedTime, RemoteFile } from '../../core/listing/remote-file.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { isPositive, isUnknownCommand, type Reply, replyText } from '../control/reply.ts';
import { refusal, type Session, wirePath } from '../session/session.ts';
import { parseMlsdLine } from './formats/mlsd.ts';

/** What a listing reports for a file besides its name. */
export type ListedFacts = Pick<RemoteFile, 'sizeBytes' | 'modified' | 'unique'>;

/**
 * The facts of one file by MLST (RFC 3659, 7). They are on the second line of the reply, behind one space
 * (7.2). Undefined where the file does not exist; `unknown` where the server has no MLST.
 * @throws FtpsError where the server does not tell; without a reply code, the session is gone.
 */
export async function requestMlst(
  session: Session,
  path: RemotePath,
): Promise<ListedFacts | undefined | 'unknown'> {
  if (session.capabilities.features?.has('MLST') === false) return 'unknown';
  const reply = await session.control.request(`MLST ${wirePath(session, path)}`);
  // MLST that is offered and does not work: `501 Missing parameters`, `550 MLST: operation not supported`.
  const isUseless = reply.code === 501 || (!isPositive(reply) && isUnsupported(replyText(reply)));
  if (isUnknownCommand(reply) || isUseless) return 'unknown';
  if (reply.code === 550) return undefined;
  if (!isPositive(reply)) throw refusal('checking', path, reply);
  const entry = parseMlsdLine(reply.bytes.split('\n')[1]?.replace(/^ /, '') ?? '')?.entry;
  if (entry === undefined) return 'unknown';
  return entry.kind === 'file' ? toListedFacts(entry) : undefined;
}

/**
 * The modified time of MLST for a server that has no MDTM, by its reply to that command: it is what tells
 * this version of a file from another one of the same size. Undefined where MDTM was answered, or MLST does
 * not tell either.
 * @throws FtpsError without a reply code, where the session is gone.
 */
export async function modifiedInsteadOfMdtm(
  session: Session,
  path: RemotePath,
  mdtmReply: Reply,
): Promise<ModifiedTime | undefined> {
  if (!isUnknownCommand(mdtmReply) || session.capabilities.features?.has('MLST') !== true) return undefined;
  const facts = await requestMlst(session, path).catch((error: unknown) => {
    if (session.lost) throw error;
    return undefined;
  });
  return facts === 'unknown' ? undefined : facts?.modified;
}

/** What a listing says of a file, without its name. */
export function toListedFacts({ sizeBytes, modified, unique }: ListedFacts): ListedFacts {
  return { sizeBytes, modified, unique };
}
