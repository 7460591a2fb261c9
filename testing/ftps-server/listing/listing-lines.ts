import type { Session } from '../connection/session.ts';
import type { FaultAction } from '../faults.ts';
import { type NamedEntry, TreeError, type TreePath } from '../tree/file-tree.ts';
import { treePath } from '../tree/tree-path.ts';
import { type FactsStyle, factsLine, factsStyle, listLine } from './listing-format.ts';

/** Lines are sent in chunks: a line at a time would cost a TLS record each. */
const chunkCharacters = 64 * 1024;

type Lines = AsyncIterable<string>;

/**
 * The lines of a listing, without line ends, one character per byte, with the session's fault applied.
 * @throws TreeError where the path is not a directory, or may not be listed.
 */
export async function entryLines(
  session: Session,
  { command, path }: { readonly command: 'MLSD' | 'LIST'; readonly path: TreePath },
): Promise<Lines> {
  const { tree, settings } = session.server;
  if (session.fault?.kind === 'empty-listing') return noLines();
  const directory = await tree.find(path);
  if (directory.kind !== 'directory') throw new TreeError('not-a-directory', path);
  const entries = await tree.list(path);
  const { listStyle: style, localTimeOffsetMinutes } = settings.features;
  const listStyle = { style, localTimeOffsetMinutes, now: settings.now() };
  const lines =
    command === 'MLSD'
      ? machineLines({ name: '.', entry: directory }, entries, factsStyle(settings.features))
      : mapped(entries, (named) => listLine(named, listStyle));
  return withFault(lines, session.fault);
}

/** The lines as bytes, each with CRLF, in chunks of about 64 KiB. */
export async function* lineChunks(lines: Lines | readonly string[]): AsyncGenerator<Buffer> {
  let text = '';
  for await (const line of lines) {
    text += `${line}\r\n`;
    if (text.length < chunkCharacters) continue;
    yield Buffer.from(text, 'latin1');
    text = '';
  }
  if (text !== '') yield Buffer.from(text, 'latin1');
}

async function* machineLines(
  self: NamedEntry,
  entries: AsyncIterable<NamedEntry> | Iterable<NamedEntry>,
  style: FactsStyle,
): Lines {
  yield factsLine(self, { ...style, directoryType: 'cdir' });
  for await (const named of entries) yield factsLine(named, style);
}

async function* mapped(
  entries: AsyncIterable<NamedEntry> | Iterable<NamedEntry>,
  line: (named: NamedEntry) => string,
): Lines {
  for await (const named of entries) yield line(named);
}

async function* withFault(lines: Lines, fault: FaultAction | undefined): Lines {
  if (fault?.kind === 'garbage-lines' || fault?.kind === 'listing-lines') yield* fault.lines.map(treePath);
  if (fault?.kind === 'listing-lines') return;
  let remaining = fault?.kind === 'short-listing' ? fault.lines : Infinity;
  for await (const line of lines) {
    if (remaining <= 0) return;
    remaining -= 1;
    yield line;
  }
}

async function* noLines(): Lines {}
