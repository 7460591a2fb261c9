import { type FoundDate, findDate, leadingWords, type Word } from './list-date.ts';
import {
  type Blanks,
  ignoredEntry,
  isDotName,
  type LineContext,
  type LineReading,
  type ListedEntry,
} from './listed-entry.ts';
import { parseMonth } from './month-names.ts';
import { parseJoinedSize, parseSizeColumn } from './size-column.ts';

/**
 * One line of `ls -l`, and of the servers that imitate it: NetWare, Connect:Enterprise, MacOS, Plan 9. The
 * columns before the size differ between servers (the group may be missing, an owner may have spaces), so the
 * parser searches for the date: the first one that follows a size. The name is everything after the one
 * separator behind the date. Undefined for other lines.
 *
 * @example
 * parseUnixLine('-rw-r--r-- 1 owner group 5 Nov 20 08:10 name', context) // entry: { kind: 'file', ... }
 */
export function parseUnixLine(text: string, context: LineContext): LineReading | undefined {
  // Servers indent lines; `ls -is` puts an inode and blocks before the mode.
  const line = /^[ \t\d]/.test(text) ? text.replace(columnsBefore, '') : text;
  const mode = parseMode(line);
  if (mode === undefined) return undefined;
  const words = leadingWords(line);
  for (let index = mode.words; index < words.length; index++) {
    const size = parseSize(words, index, mode);
    if (size === undefined) continue;
    const date = findDate(line, { words, index }, context);
    if (date === undefined) continue;
    return toReading(line, date, { type: mode.type, sizeBytes: size.bytes, isTrimmed: mode.isNetware });
  }
  return parseDateless(line, words, { ...mode, context });
}

const columnsBefore = /^[ \t]*(?:\d{1,20} {1,20}(?=[ \d]{0,40}[-dlbcps][-r][-w])){0,2}/;

interface Mode {
  readonly type: EntryType;
  /** How many words the line must have before its date: those of the mode, and a size. */
  readonly words: number;
  readonly isNetware: boolean;
}

type EntryType = 'file' | 'directory' | 'link' | 'special';

/** Sockets, pipes, devices, doors (Solaris), and a file that can only be appended to (Plan 9). */
const types: Readonly<Record<string, EntryType>> = {
  '-': 'file',
  f: 'file',
  a: 'file',
  d: 'directory',
  l: 'link',
  b: 'special',
  c: 'special',
  n: 'special',
  p: 'special',
  s: 'special',
  w: 'special',
  D: 'special',
  P: 'special',
};

/**
 * The type and nine permissions; some servers have fewer. A link count may have run into a `+`, but a word of
 * digits and letters after it may be two columns that ran into each other.
 */
const unixMode =
  /^([-fadlbcnpswDP])(?:[r-][w-][-xsStTlL]){2}(?:[r-](?:[w-][-xsStTlL]?)?)?(?:[.+@]?\d{0,9})[ \t]+(?![ \t]|\d+[^\d \t.,-])/;
/** `d [R----F--] supervisor 512 Jan 16 18:53 name`. */
const netwareMode = /^([-d]) \[[-A-Z]{8}\] /;
/** Sterling Connect:Enterprise: `-C--E-----FTP B BCC3I1 7670 1294495 Jan 13 07:42 name`. */
const connectEnterpriseMode = /^-[-A-Z]{9}FTP [A-Z] /;

function parseMode(line: string): Mode | undefined {
  const unix = unixMode.exec(line);
  if (unix !== null) return { type: types[unix[1] ?? ''] ?? 'special', words: 2, isNetware: false };
  const netware = netwareMode.exec(line);
  if (netware !== null) return { type: types[netware[1] ?? ''] ?? 'special', words: 4, isNetware: true };
  if (connectEnterpriseMode.test(line)) return { type: 'file', words: 5, isNetware: false };
  return undefined;
}

/** The size in the word before the date; devices have two numbers there. */
function parseSize(
  words: readonly Word[],
  index: number,
  { type }: Mode,
): { readonly bytes: number | undefined } | undefined {
  const text = words[index - 1]?.text ?? '';
  if (type === 'special' && /^\d{1,9},\d{1,9}$/.test(text)) return { bytes: undefined };
  return parseSizeColumn(text) ?? (index >= 3 ? parseJoinedSize(text) : undefined);
}

interface Columns {
  readonly type: EntryType;
  readonly sizeBytes: number | undefined;
  /** NetWare pads the date, and no name begins with a blank. */
  readonly isTrimmed: boolean;
}

function toReading(line: string, date: FoundDate, columns: Columns): LineReading | undefined {
  const { name, blanks } = nameBehind(line, date, columns);
  if (name === '') return undefined;
  const entry = toEntry(name, { ...columns, modified: date.modified });
  const { dates, tail } = date;
  return {
    format: 'unix',
    entry,
    ...(dates === undefined ? {} : { dates }),
    ...(blanks === undefined ? {} : { blanks }),
    ...(tail === undefined
      ? {}
      : { tail: { after: tail.after, entry: tailEntry(line, tail.date, columns) } }),
  };
}

function tailEntry(line: string, date: FoundDate | undefined, columns: Columns): ListedEntry | undefined {
  if (date === undefined) return undefined;
  const { name } = nameBehind(line, date, columns);
  return name === '' ? undefined : toEntry(name, { ...columns, modified: date.modified });
}

/** What follows the date. No name has a tab: all white space around one separates. */
function nameBehind(
  line: string,
  { end, shape }: FoundDate,
  { isTrimmed }: Columns,
): { readonly name: string; readonly blanks?: Blanks } {
  const rest = line.slice(end);
  const space = /^[ \t]*/.exec(rest)?.[0] ?? '';
  if ((isTrimmed && shape !== 'date-only') || space.includes('\t')) return { name: rest.slice(space.length) };
  return { name: rest.slice(1), blanks: { shape, count: space.length } };
}

function toEntry(
  name: string,
  { type, sizeBytes, modified }: Columns & { readonly modified: FoundDate['modified'] },
): ListedEntry {
  switch (type) {
    case 'file':
      return { kind: 'file', name, sizeBytes, modified, unique: undefined };
    case 'directory':
      // `ls -F` marks directories with a slash.
      return isDotName(name.trim())
        ? ignoredEntry
        : { kind: 'directory', name: name.replace(/(?<=.)\/$/, '') };
    case 'link':
      return { kind: 'link', name: name.split(' -> ', 1)[0] ?? name };
    case 'special':
      return { kind: 'special', name };
  }
  return type satisfies never;
}

/**
 * `drwxr-xr-x 3 owner group 512 name`: all columns but the date. A word that could be the beginning of a date
 * that was cut off is not taken for a name.
 */
function parseDateless(
  line: string,
  words: readonly Word[],
  { type, words: before, context }: Mode & { readonly context: LineContext },
): LineReading | undefined {
  const [, links, , , size, name] = words;
  if (before !== 2 || words.length !== 6 || name === undefined || name.end !== line.length) return undefined;
  if (!/^\d+$/.test(links?.text ?? '') || isDateLike(name.text, context)) return undefined;
  const sizeColumn = parseSizeColumn(size?.text ?? '');
  if (sizeColumn === undefined) return undefined;
  const columns = { type, sizeBytes: sizeColumn.bytes, isTrimmed: false, modified: undefined };
  return { format: 'unix', entry: toEntry(name.text, columns) };
}

function isDateLike(word: string, { decode }: LineContext): boolean {
  return /^[\d\-/.:,]+$|^\d{1,2}-[a-z]{3}-\d/i.test(word) || parseMonth(word, decode) !== undefined;
}
