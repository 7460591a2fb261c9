import type { FaultAction } from './faults.ts';
import { factsLine, listLine } from './listing-format.ts';
import type { Session } from './session.ts';
import { type NamedEntry, TreeError, type TreePath } from './tree.ts';
import { treePath } from './tree-path.ts';

/** How much of a listing is put together before it is sent: a line at a time would cost a TLS record each. */
const chunkCharacters = 64 * 1024;

type Lines = AsyncIterable<string>;

/**
 * The lines of a listing, without line ends and with one character for one byte, as the session's fault has them.
 * @throws TreeError where the path is no directory that may be listed.
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
  const { uniqueFact, listStyle: style, localTimeOffsetMinutes } = settings.features;
  const listStyle = { style, localTimeOffsetMinutes, now: settings.now() };
  const lines =
    command === 'MLSD'
      ? machineLines({ name: '.', entry: directory }, entries, uniqueFact)
      : mapped(entries, (named) => listLine(named, listStyle));
  return spoiled(lines, session.fault);
}

/** The lines as bytes, each ended with CR LF, in pieces of about 64 KiB. */
export async function* lineChunks(lines: Lines): AsyncGenerator<Buffer> {
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
  uniqueFact: boolean,
): Lines {
  yield factsLine(self, { uniqueFact, directoryType: 'cdir' });
  for await (const named of entries) yield factsLine(named, { uniqueFact });
}

async function* mapped(
  entries: AsyncIterable<NamedEntry> | Iterable<NamedEntry>,
  line: (named: NamedEntry) => string,
): Lines {
  for await (const named of entries) yield line(named);
}

async function* spoiled(lines: Lines, fault: FaultAction | undefined): Lines {
  if (fault?.kind === 'garbage-lines') yield* fault.lines.map(treePath);
  let left = fault?.kind === 'short-listing' ? fault.lines : Infinity;
  for await (const line of lines) {
    if (left <= 0) return;
    left -= 1;
    yield line;
  }
}

async function* noLines(): Lines {}
