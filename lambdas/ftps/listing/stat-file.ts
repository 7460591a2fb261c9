import { isComplete, type ListingLine } from '../../core/listing/listing.ts';
import type { ModifiedTime, RemoteFile } from '../../core/listing/remote-file.ts';
import { parentPath, type RemotePath } from '../../core/path/remote-path.ts';
import type { Reply } from '../control/reply.ts';
import { FtpsError } from '../ftps-error.ts';
import { requestAll } from '../session/commands.ts';
import {
  isInconclusiveSize,
  parseModifiedTimeReply,
  parseSizeReply,
  requestModifiedTimes,
} from '../session/file-facts.ts';
import { refusal, type Session, wirePath } from '../session/session.ts';
import { listDirectory } from './list-directory.ts';
import { type ListedFacts, modifiedInsteadOfMdtm, requestMlst, toListedFacts } from './request-mlst.ts';

/** What a server reports for one file. */
export interface FileStat {
  /** Undefined where the server shows the file without its size. */
  readonly sizeBytes: number | undefined;
  readonly modified: ModifiedTime | undefined;
}

/**
 * The size and modified time of a file: by SIZE and MDTM (RFC 3659, 3 and 4), else MLST (7), else a listing
 * of its directory. A server without MDTM is asked for the time by MLST. Undefined where the file does not
 * exist, which is how 550 is read here: also for a directory of that name, and for a file that this user may
 * not see.
 * @throws FtpsError where the server does not tell; without a reply code, the session is gone.
 */
export async function statFile(session: Session, path: RemotePath): Promise<FileStat | undefined> {
  const found = await requestSizeAndTime(session, path);
  if (found === undefined) return undefined;
  const { sizeBytes, modified, mdtmReply } = found;
  if (sizeBytes !== undefined)
    return { sizeBytes, modified: modified ?? (await modifiedInsteadOfMdtm(session, path, mdtmReply)) };
  const stat = await requestMlst(session, path);
  if (stat !== 'unknown') return stat && toFileStat(stat);
  const listed = await findInListing(session, path);
  return listed && toFileStat(listed);
}

/** Everything that a server reports for one file without listing its directory. */
export interface FileFacts {
  readonly sizeBytes: number | undefined;
  /** By MDTM. */
  readonly modified: ModifiedTime | undefined;
  /** The facts of MLST; undefined where the server has no MLST. */
  readonly facts: ListedFacts | undefined;
}

/**
 * Asks for the size and modified time of a file like `statFile`, and also for the facts of MLST, because
 * `unique` may differ where SIZE and MDTM are the same. Undefined where the file does not exist.
 * @throws FtpsError where the server does not tell; without a reply code, the session is gone.
 */
export async function readFileFacts(session: Session, path: RemotePath): Promise<FileFacts | undefined> {
  const found = await requestSizeAndTime(session, path);
  if (found === undefined) return undefined;
  const { sizeBytes, modified } = found;
  const stat = await requestMlst(session, path);
  // Where SIZE has found it, MLST cannot speak for its absence.
  if (sizeBytes !== undefined) return { sizeBytes, modified, facts: stat === 'unknown' ? undefined : stat };
  const facts = stat === 'unknown' ? await findInListing(session, path) : stat;
  if (facts === undefined || stat !== 'unknown' || modified === undefined)
    return facts && { sizeBytes: facts.sizeBytes, modified, facts };
  // The listing may be of a later version, which it shows alike within a minute: MDTM has the last word.
  const [modifiedNow] = await requestModifiedTimes(session, [path]);
  return modifiedNow && { sizeBytes: facts.sizeBytes, modified: modifiedNow, facts };
}

/** The answers to SIZE and MDTM. */
interface SizeAndTime extends FileStat {
  readonly mdtmReply: Reply;
}

/** SIZE and MDTM; the size is undefined where the server does not support SIZE. */
async function requestSizeAndTime(session: Session, path: RemotePath): Promise<SizeAndTime | undefined> {
  const name = wirePath(session, path);
  const [sizeReply, timeReply] = await requestAll(session, [`SIZE ${name}`, `MDTM ${name}`]);
  if (sizeReply === undefined || timeReply === undefined) throw new Error('a command must have its reply');
  if (sizeReply.code === 550) return undefined;
  const sizeBytes = parseSizeReply(sizeReply);
  if (sizeBytes === undefined && !isInconclusiveSize(sizeReply)) throw refusal('checking', path, sizeReply);
  return { sizeBytes, modified: parseModifiedTimeReply(timeReply), mdtmReply: timeReply };
}

/**
 * The file in a listing of its directory; undefined where it is not there.
 * @throws FtpsError, also where it is missing in an incomplete listing.
 */
export async function findInListing(session: Session, path: RemotePath): Promise<ListedFacts | undefined> {
  let found: RemoteFile | undefined;
  const onLines = (lines: readonly ListingLine[]) => {
    for (const line of lines) if (line.kind === 'file' && line.file.path === path) found = line.file;
    return undefined;
  };
  const listing = await listDirectory(session, parentPath(path), { onLines }).catch((error: unknown) => {
    if (error instanceof FtpsError && error.replyCode === 550) return undefined;
    throw error;
  });
  if (found !== undefined && listing !== undefined) return toListedFacts(found);
  if (listing === undefined || isComplete(listing)) return undefined;
  const answer = `it is not in the listing of ${listing.directory}, which is incomplete`;
  throw new FtpsError({ kind: 'unavailable', attempt: 'checking', target: path, answer, path });
}

function toFileStat({ sizeBytes, modified }: Pick<RemoteFile, 'sizeBytes' | 'modified'>): FileStat {
  return { sizeBytes, modified };
}
