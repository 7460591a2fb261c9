import { type ListingError, listingErrorText } from '../../../../lambdas/core/listing/listing.ts';
import { baseName, parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import type { OpenLine } from '../../../../lambdas/ftps/listing/agreement/listing-reader.ts';
import { ListingReader } from '../../../../lambdas/ftps/listing/agreement/listing-reader.ts';
import type { ListedEntry } from '../../../../lambdas/ftps/listing/formats/listed-entry.ts';
import { ListingCollector } from '../../../../lambdas/ftps/listing/listing-collector.ts';
import type { DateOrder, ListingCommand } from '../../../../lambdas/ftps/session/learned-behaviour.ts';
import { nameCodec } from '../../../../lambdas/ftps/session/name-codec.ts';

const now = new Date('2026-11-20T12:00:00Z');

const utf8 = nameCodec('auto');
if (utf8 === undefined) throw new Error('UTF-8 must have a codec');
const codec = utf8;

export const context = { now, decode: codec.decode };

/** A directory as it was read. Names and lines are text. */
export interface ReadDirectory {
  readonly entries: readonly ListedEntry[];
  /** Lines that are reported. */
  readonly reported: readonly string[];
  /** Lines that only the server can decide. */
  readonly open: readonly OpenLine[];
}

export interface ReadOptions {
  readonly command?: ListingCommand;
  readonly directory?: string;
  readonly dateOrder?: DateOrder;
  readonly now?: Date;
}

/** Reads the lines of one directory, given as text. */
export function readLines(lines: readonly string[], options: ReadOptions = {}): ReadDirectory {
  const { command = 'LIST', dateOrder, now: at = now } = options;
  const entries: ListedEntry[] = [];
  const reported: string[] = [];
  const to = {
    countLine: () => {},
    add: (line: string, entry: ListedEntry | undefined) => {
      if (entry === undefined) reported.push(toText(line));
      else if (entry.kind !== 'ignored') entries.push({ ...entry, name: toText(entry.name) });
    },
  };
  const reader = new ListingReader({
    command,
    directory: options.directory ?? '/in',
    dateOrder,
    now: at,
    decode: codec.decode,
    to,
  });
  for (const line of lines) reader.add(Buffer.from(line, 'utf8').toString('latin1'));
  return { entries, open: reader.finish(), reported };
}

/** The names of files, with the times as far as they are known. */
export function filesOf({ entries }: ReadDirectory): readonly (readonly [string, string | undefined])[] {
  return entries.flatMap((entry) =>
    entry.kind === 'file' ? [[entry.name, entry.modified?.wallClock] as const] : [],
  );
}

/** What a run sees of a directory without a server to ask. */
export function collectLines(
  lines: readonly string[],
  { command = 'LIST', directory = '/in' }: { command?: ListingCommand; directory?: string } = {},
): {
  readonly files: readonly string[];
  readonly refused: readonly string[];
  readonly errors: readonly string[];
} {
  const path = parseRemotePath(directory);
  const collector = new ListingCollector({ directory: path, codec, maxSubdirectories: 100 });
  const reader = new ListingReader({ command, directory, dateOrder: undefined, ...context, to: collector });
  for (const line of lines) reader.add(Buffer.from(line, 'utf8').toString('latin1'));
  for (const { line } of reader.finish()) collector.addDecided(line, undefined);
  const taken = collector.take();
  return {
    files: taken.flatMap((line) => (line.kind === 'file' ? [baseName(line.file.path)] : [])),
    refused: taken.flatMap((line) => (line.kind === 'refused' ? [line.name.shownName] : [])),
    errors: collector.verdict().errors.map((error: ListingError) => listingErrorText(error)),
  };
}

function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
