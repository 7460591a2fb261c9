import { isComplete, type ListingLine } from '../../core/listing/listing.ts';
import type { RemoteFile } from '../../core/listing/remote-file.ts';
import { parentPath, type RemotePath } from '../../core/path/remote-path.ts';
import { replyAnswer } from '../control/classify-error.ts';
import { isPositive, isUnknownCommand, type Reply } from '../control/reply.ts';
import { FtpsError } from '../ftps-error.ts';
import { requestAll } from '../session/commands.ts';
import { parseModifiedTimeReply, parseSizeReply, refusesToTell } from '../session/file-facts.ts';
import { refusal, type Session, wirePath } from '../session/session.ts';
import { listDirectory } from './list-directory.ts';
import { modifiedInsteadOfMdtm, requestMlst } from './request-mlst.ts';
import type { FileStat } from './stat-file.ts';

/**
 * What a server says of one name. `not-told` is neither: the server refuses to say, as a drop box does, whose
 * users may write and not look. `answer` is what it said instead.
 */
export type FileCheck =
  | { readonly kind: 'exists'; readonly stat: FileStat }
  | { readonly kind: 'missing' }
  | { readonly kind: 'not-told'; readonly answer: string; readonly replyCode: number | undefined };

export interface FileCheckOptions {
  /**
   * `size`: SIZE, and where it is refused or not known MLST and the listing of the directory. `listing`: the
   * listing alone. `size-alone`: nothing but SIZE.
   */
  readonly by: 'size' | 'listing' | 'size-alone';
  /** The file was just written: a bare 550 to SIZE does not prove that it is missing. */
  readonly isExpected?: boolean;
}

/**
 * Asks for the size and modified time of a file, and keeps 'no such file' apart from 'you may not know'.
 * RFC 959 has 550 for both, so the text of the reply decides, and where it leaves a doubt about a file that
 * was just written, the listing of its directory.
 * @throws FtpsError for temporary errors, and where the listing is incomplete; without a reply code, the
 * session is gone.
 */
export async function checkFile(
  session: Session,
  path: RemotePath,
  { by, isExpected = false }: FileCheckOptions,
): Promise<FileCheck> {
  if (by === 'listing') return checkListing(session, path, []);
  const name = wirePath(session, path);
  const [sizeReply, timeReply] = await requestAll(session, [`SIZE ${name}`, `MDTM ${name}`]);
  if (sizeReply === undefined || timeReply === undefined) throw new Error('a command must have its reply');
  const sizeBytes = parseSizeReply(sizeReply);
  if (sizeBytes !== undefined) {
    const modified =
      parseModifiedTimeReply(timeReply) ?? (await modifiedInsteadOfMdtm(session, path, timeReply));
    return { kind: 'exists', stat: { sizeBytes, modified } };
  }
  if (sizeReply.code >= 400 && sizeReply.code < 500) throw refusal('checking', path, sizeReply);
  const isRefused = refusesToTell(sizeReply);
  if (sizeReply.code === 550 && !isRefused && !isExpected) return { kind: 'missing' };
  const answers = [answerTo('SIZE', sizeReply)];
  if (by === 'size-alone') return toNotTold(answers, sizeReply.code);
  const facts = await requestMlst(session, path).catch((error: unknown) => {
    if (session.lost) throw error;
    return 'unknown' as const;
  });
  if (facts !== undefined && facts !== 'unknown') return { kind: 'exists', stat: facts };
  // A server that lacks SIZE, and has MLST, says with its 550 that there is no such file.
  if (facts === undefined && isUnknownCommand(sizeReply) && !isExpected) return { kind: 'missing' };
  const listed = await checkListing(session, path, answers);
  // ProFTPD shows a user without the right to look an empty directory, and confirms that with 226.
  if (listed.kind === 'missing' && isExpected && isRefused)
    return toNotTold([...answers, 'its listing does not show the file'], sizeReply.code);
  return listed;
}

async function checkListing(
  session: Session,
  path: RemotePath,
  answers: readonly string[],
): Promise<FileCheck> {
  const directory = parentPath(path);
  const entered = await session.control.request(`CWD ${wirePath(session, directory)}`);
  if (entered.code >= 400 && entered.code < 500) throw refusal('entering', directory, entered);
  if (!isPositive(entered)) {
    // Nothing is in a directory that does not exist.
    if (entered.code === 550 && !refusesToTell(entered)) return { kind: 'missing' };
    return toNotTold([...answers, answerTo(`CWD ${directory}`, entered)], entered.code);
  }
  let found: RemoteFile | undefined;
  const onLines = (lines: readonly ListingLine[]) => {
    for (const line of lines) if (line.kind === 'file' && line.file.path === path) found = line.file;
    return undefined;
  };
  const listing = await listDirectory(session, directory, { onLines }).catch((error: unknown) => {
    if (!(error instanceof FtpsError) || session.lost || !isFinal(error)) throw error;
    return error;
  });
  if (listing instanceof FtpsError)
    return toNotTold([...answers, `${listing.answer} to the listing of ${directory}`], listing.replyCode);
  if (found !== undefined) {
    const { sizeBytes, modified } = found;
    return { kind: 'exists', stat: { sizeBytes, modified } };
  }
  if (isComplete(listing)) return { kind: 'missing' };
  const answer = `it is not in the listing of ${directory}, which is incomplete`;
  throw new FtpsError({ kind: 'unavailable', attempt: 'checking', target: path, answer, path });
}

/** A refusal, and no error that passes. */
function isFinal({ replyCode }: FtpsError): boolean {
  return replyCode !== undefined && replyCode >= 500;
}

function answerTo(command: string, reply: Reply): string {
  return `${replyAnswer(reply)} to ${command}`;
}

function toNotTold(answers: readonly string[], replyCode: number | undefined): FileCheck {
  const answer = answers.join(', and ').replaceAll(', and the server answered', ', and');
  return { kind: 'not-told', answer, replyCode };
}
