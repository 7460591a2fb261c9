import type { DirectoryListing } from '../sync/listing.ts';
import type { RemotePath } from '../sync/remote-path.ts';
import { ListingCollector } from './collect-listing.ts';
import { openData, type PassiveCommand } from './data-connection.ts';
import { enterDirectory } from './enter-directory.ts';
import type { Habits } from './habits.ts';
import { ListingLines, maxLineBytes } from './listing-lines.ts';
import { parseListLine } from './parse-list.ts';
import { parseMlsdLine } from './parse-mlsd.ts';
import { type Received, receive } from './receive.ts';
import { isPositive, type Reply } from './reply.ts';
import { refusal, type Session } from './session.ts';

export interface ListOptions {
  /** Beyond it the listing is broken off, with a fault, and the session is gone. */
  readonly maxEntries: number;
  /** So is a listing of more bytes than this: 64 MiB unless told. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
  /** The present, for LIST dates that leave out the year. */
  readonly now?: () => Date;
}

/**
 * What one directory has, in the server's order. Everything that makes the answer less than the whole directory is in
 * its `faults`. CWD first and no path behind MLSD or LIST: with a path, vsftpd answers a missing directory with an
 * empty list and 226, Pure-FTPd loses names with spaces, and ProFTPD takes brackets for a pattern.
 * @throws FtpsError `gone`, `denied` or `refused` where the directory cannot be entered; by the reply where listing is
 * refused; without a reply code where the session is gone. The signal's reason.
 */
export async function listDirectory(
  session: Session,
  directory: RemotePath,
  options: ListOptions,
): Promise<DirectoryListing> {
  const passive = await enterDirectory(session, directory);
  return await listAs(stylesFor(session), { session, directory, options, passive });
}

/** Far more than the largest directory that is read whole needs. */
const usualMaxBytes = 64 * 1024 * 1024;

/** Lines that are no entry: a total, the directory itself, a message of the day. More of them than this never end. */
const maxOtherLines = 1000;

interface ListRequest {
  readonly session: Session;
  readonly directory: RemotePath;
  readonly options: ListOptions;
  readonly passive: PassiveCommand | undefined;
}

type Style = NonNullable<Habits['listing']>;
const styles: readonly Style[] = ['MLSD', 'LIST -a', 'LIST'];

/** Best first: MLSD is made for programs (RFC 3659, 7), and `LIST -a` also has the hidden files of vsftpd. */
function stylesFor({ habits, capabilities }: Session): readonly Style[] {
  return styles.slice(styles.indexOf(habits.listing ?? (capabilities.mlsd ? 'MLSD' : 'LIST -a')));
}

async function listAs(
  [style = 'LIST', ...others]: readonly Style[],
  request: ListRequest,
): Promise<DirectoryListing> {
  const { session, directory } = request;
  const collector = new ListingCollector(directory, session.codec);
  const received = await collect(style, request, collector);
  if (received === undefined) return collector.listing();
  if (others.length > 0 && provesNothing(style, received, collector)) {
    return await listAs(others, { ...request, passive: undefined });
  }
  if (!isPositive(received.reply)) throw refusal('listing', directory, received.reply);
  addFaults(collector, received);
  if (collector.lines > 0) session.habits.listing = style;
  return collector.listing();
}

/** Undefined where it was broken off because there is too much of it. */
async function collect(
  style: Style,
  { session, directory, options, passive }: ListRequest,
  collector: ListingCollector,
): Promise<Received | undefined> {
  const now = (options.now ?? (() => new Date()))();
  const parse = style === 'MLSD' ? parseMlsdLine : (line: string) => parseListLine(line, now);
  const lines = new ListingLines((line) => {
    if (line !== '') collector.add(line, line.length > maxLineBytes ? undefined : parse(line));
  });
  const { maxEntries, maxBytes = usualMaxBytes } = options;
  const tooMany = new Error(`more than ${maxEntries} entries can need`);
  let bytes = 0;
  const onChunk = (chunk: Buffer) => {
    bytes += chunk.length;
    lines.push(chunk);
    const isTooLong = bytes > maxBytes || collector.lines > maxEntries + maxOtherLines;
    if (isTooLong || collector.entries > maxEntries) throw tooMany;
    return undefined;
  };
  const data = await openData(session, passive);
  const { signal } = options;
  try {
    const received = await receive(session, {
      command: style,
      attempt: 'listing',
      path: directory,
      data,
      onChunk,
      signal,
    });
    if (lines.rest !== '') {
      collector.addFault({
        kind: 'cut-short',
        detail: `it ends in the middle of a line: ${lines.rest.length} bytes`,
      });
    }
    return received;
  } catch (error) {
    if (error !== tooMany) throw error;
    collector.addFault({ kind: 'too-many-entries', limit: maxEntries });
    return undefined;
  }
}

/**
 * A server that does not know the command says so. One that takes `-a` for a name may say that there is no such file,
 * or send nothing, not even the `.` that `-a` asks for.
 */
function provesNothing(style: Style, { reply }: Received, collector: ListingCollector): boolean {
  if (unknownCommand(reply)) return true;
  if (style !== 'LIST -a') return false;
  return reply.code === 550 || reply.code === 450 || (isPositive(reply) && collector.lines === 0);
}

function unknownCommand({ code }: Reply): boolean {
  return code === 500 || code === 501 || code === 502 || code === 504;
}

function addFaults(collector: ListingCollector, { reply, dataFault }: Received): void {
  if (dataFault !== undefined) collector.addFault({ kind: 'cut-short', detail: dataFault.message });
  if (isTruncated(reply)) collector.addFault({ kind: 'truncated-by-server', reply: reply.shown });
  if (isUnreadable(reply)) {
    collector.addFault({ kind: 'denied', replyCode: reply.code, detail: reply.shown });
  }
}

/** Pure-FTPd stops at 10,000 entries with `226 Output truncated to 10000 matches`. */
function isTruncated(reply: Reply): boolean {
  return /truncated/i.test(reply.bytes);
}

/** vsftpd lists a directory that it may not read as empty, with `226 Transfer done (but failed to open directory).` */
function isUnreadable(reply: Reply): boolean {
  return /failed to open directory/i.test(reply.bytes);
}
