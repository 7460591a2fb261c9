import { isComplete, type ListingLine } from '../sync/listing.ts';
import type { ModifiedTime, RemoteFile } from '../sync/remote-file.ts';
import { parentPath, type RemotePath } from '../sync/remote-path.ts';
import { askAll, modifiedTimeIn, sizeIn } from './commands.ts';
import { FtpsError } from './ftps-error.ts';
import { listDirectory } from './list-directory.ts';
import { parseMlsdLine } from './parse-mlsd.ts';
import { isPositive, type Reply } from './reply.ts';
import { refusal, type Session, wirePath } from './session.ts';

/** What a server tells of one file. */
export interface Sighting {
  /** Undefined where it shows the file and not its size. */
  readonly sizeBytes: number | undefined;
  readonly modified: ModifiedTime | undefined;
}

/**
 * Whether a file is there, and what it looks like: SIZE and MDTM (RFC 3659), else MLST, else a listing of its directory.
 * Undefined where there is no such file, which is what 550 means here: a directory of that name is none, and what may
 * not even be looked at counts as not there.
 * @throws FtpsError where the server does not tell; the session is gone where it has no reply code.
 */
export async function lookAt(session: Session, path: RemotePath): Promise<Sighting | undefined> {
  const name = wirePath(session, path);
  const [sizeReply, timeReply] = await askAll(session, [`SIZE ${name}`, `MDTM ${name}`]);
  if (sizeReply === undefined || timeReply === undefined) throw new Error('a command must have its reply');
  if (sizeReply.code === 550) return undefined;
  const sizeBytes = sizeIn(sizeReply);
  if (sizeBytes !== undefined) return { sizeBytes, modified: modifiedTimeIn(timeReply) };
  if (!leavesItOpen(sizeReply)) throw refusal('looking at', path, sizeReply);
  const facts = await lookByMlst(session, path);
  return facts === 'not-told' ? await lookInListing(session, path) : facts;
}

/** SIZE is not known to the server, or it is ftp-srv, whose `213` for an empty file has no number. */
function leavesItOpen(reply: Reply): boolean {
  return isPositive(reply) || isUnknown(reply);
}

function isUnknown({ code }: Reply): boolean {
  return code === 500 || code === 502 || code === 504;
}

/** The facts come on the second line of the reply, behind one space (RFC 3659, 7.2). */
async function lookByMlst(session: Session, path: RemotePath): Promise<Sighting | undefined | 'not-told'> {
  if (session.capabilities.features?.has('MLST') === false) return 'not-told';
  const reply = await session.control.request(`MLST ${wirePath(session, path)}`);
  if (isUnknown(reply)) return 'not-told';
  if (reply.code === 550) return undefined;
  if (!isPositive(reply)) throw refusal('looking at', path, reply);
  const entry = parseMlsdLine(reply.bytes.split('\n')[1]?.replace(/^ /, '') ?? '');
  if (entry === undefined) return 'not-told';
  return entry.kind === 'file' ? sighting(entry) : undefined;
}

async function lookInListing(session: Session, path: RemotePath): Promise<Sighting | undefined> {
  let found: RemoteFile | undefined;
  const onLines = (lines: readonly ListingLine[]) => {
    for (const line of lines) if (line.kind === 'file' && line.file.path === path) found = line.file;
    return undefined;
  };
  const listing = await listDirectory(session, parentPath(path), { onLines }).catch((error: unknown) => {
    if (error instanceof FtpsError && error.replyCode === 550) return undefined;
    throw error;
  });
  if (found !== undefined && listing !== undefined) return sighting(found);
  if (listing === undefined || isComplete(listing)) return undefined;
  const answer = `it is not in the listing of ${listing.directory}, which is not complete`;
  throw new FtpsError({ kind: 'unavailable', attempt: 'looking at', target: path, answer, path });
}

function sighting({ sizeBytes, modified }: Pick<RemoteFile, 'sizeBytes' | 'modified'>): Sighting {
  return { sizeBytes, modified };
}
