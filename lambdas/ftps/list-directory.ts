import type { ListingLine, ListingVerdict } from '../sync/listing.ts';
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

export interface ListLimits {
  /** Beyond it the listing is broken off, with a fault, and the session is gone: 5,000,000 unless told. */
  readonly maxEntries?: number;
  /** So is a listing of more bytes than so many entries can need, unless told. */
  readonly maxBytes?: number;
  /** Further ones are not told, which is a fault: 1,000,000 unless told. */
  readonly maxSubdirectories?: number;
  readonly signal?: AbortSignal | undefined;
  /** The present, for LIST dates that leave out the year. */
  readonly now?: () => Date;
}

export interface ListOptions extends ListLimits {
  /**
   * Hears the names while they come, in the server's order, about a thousand at a time; a promise holds the server back. They
   * count only when the listing has ended. A failure ends the session and is thrown on.
   */
  readonly onLines: (lines: readonly ListingLine[]) => Promise<void> | undefined;
}

/**
 * Tells what one directory has, and holds little of it whatever its size. Everything that makes the answer less than the whole
 * directory is in the verdict's `faults`. CWD first and no path behind MLSD or LIST: with a path, vsftpd answers a missing
 * directory with an empty list and 226, Pure-FTPd loses names with spaces, and ProFTPD takes brackets for a pattern.
 * @throws FtpsError `gone`, `denied` or `refused` where the directory cannot be entered; by the reply where listing is
 * refused; without a reply code where the session is gone. The signal's reason; what `onLines` throws.
 */
export async function listDirectory(
  session: Session,
  directory: RemotePath,
  options: ListOptions,
): Promise<ListingVerdict> {
  const passive = await enterDirectory(session, directory);
  const { maxSubdirectories = usualMaxSubdirectories } = options;
  const collector = new ListingCollector({ directory, codec: session.codec, maxSubdirectories });
  await listAs(stylesFor(session), { session, directory, options, passive, collector });
  await options.onLines(collector.take());
  return collector.verdict();
}

/** A server that never stops must be stopped some time; no honest directory has so many. */
const usualMaxEntries = 5_000_000;
/** Facts and a name. */
const mostBytesPerEntry = 1024;
/** What can be held of the directories that are still to be walked. */
const usualMaxSubdirectories = 1_000_000;

/** Lines that are no entry: a total, the directory itself, a message of the day. More of them than this never end. */
const maxOtherLines = 1000;

/** Enough that telling them costs nothing, few enough that many sessions can each hold them. */
const linesAtOnce = 1000;

interface ListRequest {
  readonly session: Session;
  readonly directory: RemotePath;
  readonly options: ListOptions;
  readonly passive: PassiveCommand | undefined;
  readonly collector: ListingCollector;
}

type Style = NonNullable<Habits['listing']>;
const styles: readonly Style[] = ['MLSD', 'LIST -a', 'LIST'];

/** Best first: MLSD is made for programs (RFC 3659, 7), and `LIST -a` also has the hidden files of vsftpd. */
function stylesFor({ habits, capabilities }: Session): readonly Style[] {
  return styles.slice(styles.indexOf(habits.listing ?? (capabilities.mlsd ? 'MLSD' : 'LIST -a')));
}

async function listAs([style = 'LIST', ...others]: readonly Style[], request: ListRequest): Promise<void> {
  const { session, directory, collector } = request;
  const received = await collect(style, request);
  if (received === undefined) return;
  if (others.length > 0 && provesNothing(style, received, collector)) {
    await listAs(others, { ...request, passive: undefined });
    return;
  }
  if (!isPositive(received.reply)) throw refusal('listing', directory, received.reply);
  addFaults(collector, received);
  if (collector.lines > 0) session.habits.listing = style;
}

/** Undefined where it was broken off because there is too much of it. */
async function collect(
  style: Style,
  { session, directory, options, passive, collector }: ListRequest,
): Promise<Received | undefined> {
  const now = (options.now ?? (() => new Date()))();
  const parse = style === 'MLSD' ? parseMlsdLine : (line: string) => parseListLine(line, now);
  const lines = new ListingLines((line) => {
    if (line !== '') collector.add(line, line.length > maxLineBytes ? undefined : parse(line));
  });
  const { maxEntries = usualMaxEntries } = options;
  const { maxBytes = (maxEntries + maxOtherLines) * mostBytesPerEntry } = options;
  const tooMany = new Error(`more than ${maxEntries} entries can need`);
  let bytes = 0;
  const onChunk = (chunk: Buffer) => {
    bytes += chunk.length;
    lines.push(chunk);
    const isTooLong = bytes > maxBytes || collector.lines > maxEntries + maxOtherLines;
    if (isTooLong || collector.entries > maxEntries) throw tooMany;
    return collector.waiting < linesAtOnce ? undefined : options.onLines(collector.take());
  };
  const dataConnection = await openData(session, passive);
  const { signal } = options;
  try {
    const received = await receive(session, {
      command: style,
      attempt: 'listing',
      path: directory,
      dataConnection,
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
