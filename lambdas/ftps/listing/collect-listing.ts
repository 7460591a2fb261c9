import { saysDirectoryIsEmpty } from '../../core/listing/empty-directory-texts.ts';
import { isComplete } from '../../core/listing/listing.ts';
import type { ListingCommand } from '../../core/listing/listing-answer.ts';
import { type ListingEnd, proveListing } from '../../core/listing/listing-proof.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { isPositive, type Reply, replyText } from '../control/reply.ts';
import { openData, type PassiveCommand } from '../data/data-connection.ts';
import { type Received, receive } from '../data/receive.ts';
import { refusal, type Session } from '../session/session.ts';
import { ListingReader } from './agreement/listing-reader.ts';
import { LineSplitter } from './line-splitter.ts';
import type { ListOptions } from './list-options.ts';
import { ListingCollector } from './listing-collector.ts';

export interface ListRequest {
  readonly session: Session;
  /** The session is in it. */
  readonly directory: RemotePath;
  readonly options: ListOptions;
  /** Pipelined for the first data connection. */
  readonly passive: PassiveCommand | undefined;
  /** Another command has left its data connection unused, twice. */
  readonly wasUnused?: boolean;
}

/** One answer to a listing command, with everything that is known to be missing from it. */
export interface CollectedListing {
  readonly collector: ListingCollector;
  /** Undefined where the listing was aborted because it is too long. */
  readonly received: Received | undefined;
  /** A line for the directory itself or its parent came. */
  readonly showsItself: boolean;
}

/**
 * Sends one listing command, and once more where nothing proves that what came is whole. Names that came are
 * passed on about a thousand at a time; the rest waits in the collector.
 * @throws as `listDirectory`; a negative reply is a result.
 */
export async function collectListing(
  command: ListingCommand,
  request: ListRequest,
): Promise<CollectedListing> {
  const first = await collect(command, request);
  if (first.received?.isUnused !== true) return await proveEnd(command, request, first);
  if (first.received.dataError === undefined || request.wasUnused === true) return first;
  // An empty listing may look like this, and so does a cut. TLS starts at another moment the second time.
  const again = { ...request, passive: undefined };
  const second = await collect(command, again);
  return second.received?.isUnused === true ? second : await proveEnd(command, again, second);
}

/** Lists the directory again where nothing proves that the first listing was whole. */
async function proveEnd(
  command: ListingCommand,
  request: ListRequest,
  listed: CollectedListing,
): Promise<CollectedListing> {
  const { collector, received } = listed;
  if (received === undefined || !isPositive(received.reply)) return listed;
  addErrors(collector, received);
  if (!isComplete(collector.verdict())) return listed;
  const { session, directory, options } = request;
  const first = toListingEnd(collector, received);
  session.behaviour.listingEnd = first.isProven ? 'close-notify' : 'bare-fin';
  if (proveListing(first, undefined) === 'whole') return listed;
  const onLines = (): undefined => undefined;
  const repeated = { ...request, options: { ...options, onLines }, passive: undefined };
  const { received: again, collector: second } = await collect(command, repeated);
  if (again === undefined) {
    collector.addError({ kind: 'cut-short', detail: 'a second listing is longer' });
    return listed;
  }
  if (!isPositive(again.reply)) throw refusal('listing', directory, again.reply);
  addErrors(second, again);
  const [error] = second.verdict().errors;
  const proof = error ?? proveListing(first, toListingEnd(second, again));
  if (typeof proof === 'object') collector.addError(proof);
  return listed;
}

function toListingEnd({ entries, digest }: ListingCollector, { isEndProven }: Received): ListingEnd {
  return { isProven: isEndProven, entries, digest };
}

/** Stops a server that never ends its listing: no real directory has so many entries. */
const defaultMaxEntries = 5_000_000;

/** A line of MLSD: its facts, and a name of at most 255 bytes on common file systems. */
const maxBytesPerEntry = 1024;

/** How many paths of directories to walk fit into memory. */
const defaultMaxSubdirectories = 1_000_000;

/**
 * Lines that are not entries: a total, the directory itself, a message of the day. More of them never end.
 */
const maxOtherLines = 1000;

/** Large enough that a call for each batch costs nothing, small enough for many sessions to hold one each. */
const linesPerBatch = 1000;

async function collect(
  command: ListingCommand,
  { session, directory, options, passive }: ListRequest,
): Promise<CollectedListing> {
  const { maxSubdirectories = defaultMaxSubdirectories } = options;
  const collector = new ListingCollector({ directory, codec: session.codec, maxSubdirectories });
  const now = (options.now ?? (() => new Date()))();
  const reader = new ListingReader({
    command,
    directory: session.codec.encode(directory) ?? directory,
    now,
    dateOrder: session.behaviour.dateOrder,
    decode: session.codec.decode,
    to: collector,
  });
  let showsItself = false;
  const lines = new LineSplitter((line) => {
    showsItself ||= isOwnLine(command, line);
    reader.add(line);
  });
  const { maxEntries = defaultMaxEntries } = options;
  const { maxBytes = (maxEntries + maxOtherLines) * maxBytesPerEntry } = options;
  const tooMany = new Error(`more than ${maxEntries} entries can need`);
  let bytes = 0;
  const onChunk = (chunk: Buffer) => {
    bytes += chunk.length;
    lines.push(chunk);
    const isTooLong = bytes > maxBytes || collector.lines > maxEntries + maxOtherLines;
    if (isTooLong || reader.entries > maxEntries) throw tooMany;
    return collector.waiting < linesPerBatch ? undefined : options.onLines(collector.take());
  };
  const dataConnection = await openData(session, passive);
  const { signal } = options;
  const attempt = 'listing';
  try {
    const received = await receive(session, {
      command,
      attempt,
      path: directory,
      dataConnection,
      onChunk,
      proof: 'close-notify',
      isNothingToSend: (reply) => saysDirectoryIsEmpty(replyText(reply)),
      signal,
    });
    if (lines.rest !== '') {
      const detail = `it ends in the middle of a line, after ${lines.rest.length} bytes of it`;
      collector.addError({ kind: 'cut-short', detail });
    }
    collector.addOpen(reader.finish());
    return { collector, received, showsItself };
  } catch (error) {
    if (error !== tooMany) throw error;
    collector.addOpen(reader.finish());
    collector.addError({ kind: 'too-many-entries', limit: maxEntries });
    return { collector, received: undefined, showsItself };
  }
}

/** `.` and `..` of `ls -a`, and what MLSD calls `cdir` and `pdir` (RFC 3659, 7.5.1). */
function isOwnLine(command: ListingCommand, line: string): boolean {
  return command === 'MLSD' ? /(?:^|;)type=[cp]dir;/i.test(line) : /(?:^|[\s>])\.{1,2}\/?\s*$/.test(line);
}

function addErrors(collector: ListingCollector, { reply, dataError }: Received): void {
  if (dataError !== undefined) collector.addError({ kind: 'cut-short', detail: dataError.message });
  if (isTruncated(reply)) collector.addError({ kind: 'truncated-by-server', reply: reply.shown });
  if (isUnreadable(reply)) {
    collector.addError({ kind: 'denied', replyCode: reply.code, detail: reply.shown });
  }
}

/** Pure-FTPd stops at 10,000 entries with `226 Output truncated to 10000 matches`. */
function isTruncated(reply: Reply): boolean {
  return /truncated/i.test(reply.bytes);
}

/**
 * vsftpd lists a directory that it may not read as empty, with `226 Transfer done (but failed to open
 * directory).`
 */
function isUnreadable(reply: Reply): boolean {
  return /failed to open directory/i.test(reply.bytes);
}
