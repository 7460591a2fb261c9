import type { DateOrder } from '../../session/learned-behaviour.ts';
import {
  ignoredEntry,
  isDotName,
  type LineContext,
  type LineReading,
  type OrderedDates,
} from './listed-entry.ts';
import { clockTime, datedBy, orderedDates } from './server-time.ts';

/**
 * One line of MS-DOS `dir`, as IIS and other servers on Windows send it. Undefined for other lines. Whether
 * the month or the day is first depends on the server; a year of four digits in front is certain.
 *
 * @example
 * parseDosLine('11-20-26  08:10AM       <DIR>          name', context) // entry: { kind: 'directory', ... }
 * parseDosLine('2026-11-20  08:10             1,234 name', context) // entry: { kind: 'file', ... }
 */
export function parseDosLine(line: string, { now }: LineContext): LineReading | undefined {
  const parts = dosLine.exec(line);
  if (parts === null) return undefined;
  const [, date = '', clock = '', half, column = '', rest = ''] = parts;
  const time = clockTime(clock, half);
  const numbers = date.split(/[-/.]/);
  const orders = dateOrders(date, numbers);
  const [first = '', second = '', third = ''] = numbers;
  if (time === undefined || orders === undefined || !isRealDay(first, second, third)) return undefined;
  const found = orderedDates(`${date} ${clock}${half ?? ''}`, [first, second, third], { orders, time, now });
  // A certain order is no evidence for other lines.
  const dated = orders.length === 1 ? { modified: Object.values(found)[0] } : datedBy(found);
  const { modified, ...dates } = { ...dated, ...(isWeak(date, found) ? { isWeak: true } : {}) };
  if (column.startsWith('<')) {
    const tagged = taggedEntry(column, rest, line.length - rest.length);
    return tagged && { ...tagged, ...dates };
  }
  const sizeBytes = wholeNumber(column);
  if (sizeBytes === undefined || rest.trim() === '') return undefined;
  return {
    format: 'dos',
    entry: { kind: 'file', name: rest, sizeBytes, modified, unique: undefined },
    ...dates,
  };
}

const dosLine =
  /^ {0,8}((?:\d\d|\d{4})[-/.]\d\d[-/.](?:\d{4}|\d\d)) {1,4}(\d{1,2}:\d\d(?::\d\d)?)(?: ?([AP]M?))? {1,40}(<[A-Z]{3,9}>|\d[\d,.'\xa0\xc2\xff]{0,24})(?: (.*)|)$/i;

/** IIS has the month first, and no other server is known to write `20-05-97` in this form. */
function isWeak(date: string, { mdy, dmy }: OrderedDates): boolean {
  return /^\d\d-\d\d-\d\d$/.test(date) && mdy === undefined && dmy !== undefined;
}

/** The year is first where it has four digits; a dotted date begins with its day. */
function dateOrders(
  date: string,
  [first = '', , third = '']: readonly string[],
): readonly DateOrder[] | undefined {
  if (first.length === 4) return third.length === 2 ? ['ymd'] : undefined;
  return date.includes('.') ? ['dmy'] : ['mdy', 'dmy'];
}

/** Whether the numbers can be a month and a day at all, in some order. */
function isRealDay(first: string, second: string, third: string): boolean {
  const [a, b] = (first.length === 4 ? [second, third] : [first, second]).map(Number);
  if (a === undefined || b === undefined || a < 1 || b < 1) return false;
  return Math.min(a, b) <= 12 && Math.max(a, b) <= 31;
}

/** The digits of a size, with or without the separator of a language; undefined for other texts. */
function wholeNumber(text: string): number | undefined {
  const isGrouped = /^\d{1,3}(?:,\d{3}|\.\d{3}|'\d{3}|\xc2?\xa0\d{3}|\xff\d{3}){1,4}$/.test(text);
  const digits = isGrouped ? text.replaceAll(/\D/g, '') : text;
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}

/** The widths of `<DIR>` and the column behind it in IIS, and of servers that do not pad. */
const usualBlanks = [10, 1];

/** A directory (`<REP>` in French), or a reparse point: `<JUNCTION>     name [target]`. */
function taggedEntry(tag: string, rest: string, start: number): LineReading | undefined {
  const padded = ` ${rest}`;
  const name = padded.trimStart();
  if (name === '') return undefined;
  if (/^<(?:JUNCTION|SYMLINKD?)>$/i.test(tag)) {
    return { format: 'dos', entry: { kind: 'link', name: name.replace(/ \[[^\]]*\]$/, '') } };
  }
  if (!/^<(?:DIR|REP)>$/i.test(tag)) return undefined;
  const entry = isDotName(name.trim()) ? ignoredEntry : ({ kind: 'directory', name } as const);
  const count = padded.length - name.length;
  if (entry.kind === 'ignored' || usualBlanks.includes(count)) return { format: 'dos', entry };
  return { format: 'dos', entry, blanks: { shape: 'tag', count, start: start - 1 } };
}
