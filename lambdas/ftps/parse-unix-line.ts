import type { ModifiedTime } from '../sync/remote-file.ts';
import { listTime } from './list-time.ts';
import { ignoredEntry, type ListedEntry } from './listed-entry.ts';

/**
 * One line of `ls -l`: `-rw-r--r--   1 owner group   5 Nov 20 08:10 name`.
 * The columns before the size differ (a group may be missing, an owner may have spaces), so the date is looked for:
 * the first one that follows a number. The name is everything after the one space behind it.
 */
export function parseUnixLine(line: string, now: Date): ListedEntry | undefined {
  if (/^total \d+$/i.test(line)) return ignoredEntry;
  if (!/^[a-z-][-rwxstl]{9}[.+@]? /i.test(line)) return undefined;
  const words = leadingWords(line);
  for (let index = 2; index < words.length; index++) {
    const size = words[index - 1]?.text ?? '';
    if (!/^\d{1,15}$/.test(size)) continue;
    const date = dateAt(line, words, index);
    if (date === undefined) continue;
    const name = line.slice(date.end + 1);
    if (name === '') return undefined;
    const modified = listTime(date.raw, date.parts, now);
    return entryOf(line, { name, sizeBytes: Number(size), modified });
  }
  return undefined;
}

interface ReadLine {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modified: ModifiedTime | undefined;
}

function entryOf(line: string, { name, sizeBytes, modified }: ReadLine): ListedEntry {
  switch (line.charAt(0)) {
    case '-':
      return { kind: 'file', name, sizeBytes, modified, unique: undefined };
    case 'd':
      return name === '.' || name === '..' ? ignoredEntry : { kind: 'directory', name };
    case 'l':
      return { kind: 'link', name: name.split(' -> ', 1)[0] ?? name };
    default:
      return { kind: 'special', name };
  }
}

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Owner and group may have spaces (`domain users`), but not this many. */
const maxWords = 16;

function leadingWords(line: string): Word[] {
  const words: Word[] = [];
  const pattern = /[^ ]+/g;
  while (words.length < maxWords) {
    const match = pattern.exec(line);
    if (match === null) break;
    words.push({ text: match[0], start: match.index, end: pattern.lastIndex });
  }
  return words;
}

interface FoundDate {
  readonly raw: string;
  readonly parts: readonly string[];
  readonly end: number;
}

/** `Nov 20 08:10`, `Nov 20  2026`, `20 Nov 08:10` or `2026-11-20 08:10`, as its parts: month, day, and time or year; or date and time. */
function dateAt(line: string, words: readonly Word[], index: number): FoundDate | undefined {
  const [first, second, third] = words.slice(index, index + 3);
  if (first === undefined || second === undefined) return undefined;
  const found = (parts: readonly string[], last: Word) => ({
    raw: line.slice(first.start, last.end),
    parts,
    end: last.end,
  });
  if (/^\d{4}-\d\d-\d\d$/.test(first.text) && isTime(second.text)) {
    return found([first.text, second.text], second);
  }
  if (third === undefined || !(isTime(third.text) || /^\d{4}$/.test(third.text))) return undefined;
  if (isMonth(first.text) && isDay(second.text)) return found([first.text, second.text, third.text], third);
  if (isDay(first.text) && isMonth(second.text)) return found([second.text, first.text, third.text], third);
  return undefined;
}

function isTime(text: string): boolean {
  return /^\d{1,2}:\d\d(:\d\d)?$/.test(text);
}

function isDay(text: string): boolean {
  return /^\d{1,2}$/.test(text);
}

function isMonth(text: string): boolean {
  return /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)$/i.test(text);
}
