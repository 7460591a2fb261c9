import { serverTime } from './list-time.ts';
import { ignoredEntry, type ListedEntry } from './listed-entry.ts';

/**
 * One line of MS-DOS `dir`, as IIS and FileZilla Server on Windows send it:
 * `11-20-26  08:10AM       <DIR>          name` or `11-20-2026  08:10             1,234 name`.
 */
export function parseDosLine(line: string): ListedEntry | undefined {
  const parts = dosLine.exec(line);
  if (parts === null) return undefined;
  const [, date = '', time = '', column = '', rest = ''] = parts;
  const name = nameIn(column, rest);
  if (name === '') return undefined;
  if (/^<DIR>$/i.test(column)) {
    return name === '.' || name === '..' ? ignoredEntry : { kind: 'directory', name };
  }
  // <JUNCTION>, <SYMLINK>, <SYMLINKD>: `name [target]`.
  if (column.startsWith('<')) return { kind: 'link', name: name.replace(/ \[[^\]]*\]$/, '') };
  const sizeBytes = Number(column.replaceAll(',', ''));
  const modified = serverTime(`${date} ${time}`, calendarDate(date), clockTime(time));
  return { kind: 'file', name, sizeBytes, modified, unique: undefined };
}

const dosLine =
  /^(\d\d-\d\d-(?:\d{4}|\d\d)) {1,4}(\d{1,2}:\d\d(?: ?[AP]M)?) {1,40}(<[A-Z]{3,9}>|\d[\d,]{0,19}) (.*)$/i;

/** `dir` fills the column of `<DIR>` up to the names; behind a size comes one space. More belongs to the name. */
function nameIn(column: string, rest: string): string {
  if (!column.startsWith('<')) return rest;
  const fill = ' '.repeat(14 - column.length);
  return rest.startsWith(fill) ? rest.slice(fill.length) : rest.trimStart();
}

/** `11-20-26` is November 20. Two digits of a year from 70 on are of the last century, as in `dir` itself. */
function calendarDate(date: string): string {
  const [month = '', day = '', year = ''] = date.split('-');
  const century = Number(year) >= 70 ? '19' : '20';
  return `${year.length === 2 ? century + year : year}-${month}-${day}`;
}

/** `08:10PM` is 20:10, `12:05AM` is 00:05, `20:10` is itself. */
function clockTime(time: string): string {
  if (!/m$/i.test(time)) return time;
  const [hour = '', minute = ''] = time.split(':');
  const half = /pm$/i.test(time) ? 12 : 0;
  return `${(Number(hour) % 12) + half}:${minute.slice(0, 2)}`;
}
