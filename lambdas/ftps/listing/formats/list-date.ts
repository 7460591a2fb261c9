import type { ModifiedTime } from '../../../core/listing/remote-file.ts';
import type { DateOrder } from '../../session/learned-behaviour.ts';
import type { Blanks, LineContext, OrderedDates } from './listed-entry.ts';
import { numberBefore, parseMonth } from './month-names.ts';
import { calendarDate, datedBy, fullYear, orderedDates, toServerTime, withoutYear } from './server-time.ts';

export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A date in a line of LIST. */
export interface FoundDate {
  /** Where it ends in the line. */
  readonly end: number;
  /** Undefined where it is not certain, or not in the calendar. */
  readonly modified: ModifiedTime | undefined;
  readonly dates?: OrderedDates;
  readonly shape: Blanks['shape'];
  /** A second reading, in which the date is longer. */
  readonly tail?: { readonly after: 'seconds' | 'year'; readonly date: FoundDate | undefined };
}

/** The text is stored with the object. */
const maxDateLength = 40;

/**
 * The words of a line, up to this number: enough for owners and groups with many spaces. Their separators are
 * blanks or tabs.
 */
const maxWords = 32;

export function leadingWords(line: string): readonly Word[] {
  const words: Word[] = [];
  const pattern = /[^ \t]+/g;
  while (words.length < maxWords) {
    const match = pattern.exec(line);
    if (match === null) break;
    words.push({ text: match[0], start: match.index, end: pattern.lastIndex });
  }
  return words;
}

/**
 * The date that begins at a word, in one of the forms that servers write; undefined where there is none.
 *
 * @example
 * // `Nov 20 08:10`, `20. Nov, 2026`, `Oct 08, 2002 09:47`, `9月 26日 20:10`, `2005年 1月 6日`
 * // `2026-11-20 08:10`, `2026/11/20`, `20.11.2026 08:10`, `11-20 08:10`, `01-jun-99`, `3 29 03:26`
 */
export function findDate(
  line: string,
  { words, index }: { readonly words: readonly Word[]; readonly index: number },
  context: LineContext,
): FoundDate | undefined {
  const hasWeekday = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?$/.test(words[index]?.text ?? '');
  const [first, second, third, fourth] = words.slice(index + (hasWeekday ? 1 : 0), index + 5);
  if (first === undefined) return undefined;
  const search: Search = { line, context, first, second, third, fourth, hasWeekday };
  const found = namedMonthDate(search) ?? yearFirstDate(search) ?? numericDate(search) ?? shortDate(search);
  return found === undefined || found.end - first.start > maxDateLength ? undefined : found;
}

interface Search {
  readonly line: string;
  readonly context: LineContext;
  readonly first: Word;
  readonly second: Word | undefined;
  readonly third: Word | undefined;
  readonly fourth: Word | undefined;
  readonly hasWeekday: boolean;
}

function rawText({ line, first, context }: Search, last: Word): string {
  const bytes = line.slice(first.start, last.end);
  return context.decode(bytes) ?? bytes;
}

/** Month and day in either order, then a time or a year, or both. */
function namedMonthDate(search: Search): FoundDate | undefined {
  const { first, second, third, fourth, context } = search;
  if (second === undefined || third === undefined) return undefined;
  const decode = (word: Word) => parseMonth(word.text, context.decode);
  const day = dayOf(second.text) ?? dayOf(first.text);
  const month = dayOf(second.text) === undefined ? decode(second) : decode(first);
  if (day === undefined || month === undefined) return undefined;
  if (isTime(third.text)) {
    const timed = datedBetween(search, { month, day, year: undefined, time: third.text, last: third });
    if (!/:.*:/.test(third.text)) return timed;
    // BSD `ls -lT`: `Nov 20 08:10:15 2026`.
    const year = fourth && yearOf(fourth.text);
    const date = fourth && year && datedBetween(search, { month, day, year, time: third.text, last: fourth });
    // With a weekday it is the date of C's `asctime`.
    if (search.hasWeekday && date) return date;
    return { ...timed, tail: { after: 'seconds', date: date || undefined } };
  }
  const year = yearOf(third.text);
  if (year === undefined) return undefined;
  const isTimed = fourth !== undefined && isTime(fourth.text);
  const long = isTimed
    ? datedBetween(search, { month, day, year, time: fourth.text, last: fourth })
    : undefined;
  // VShell: `Oct 08, 2002 09:47`.
  if (long !== undefined && second.text.endsWith(',')) return long;
  const isLeft = third.start - second.end === 1;
  const dated = datedBetween(search, { month, day, year, time: undefined, last: third });
  return { ...dated, shape: isLeft ? 'year-left' : 'exact', tail: { after: 'year', date: long } };
}

interface DateParts {
  readonly month: number | 'uncertain';
  readonly day: number;
  readonly year: number | undefined;
  readonly time: string | undefined;
  readonly last: Word;
}

function datedBetween(search: Search, { month, day, year, time, last }: DateParts): FoundDate {
  const raw = rawText(search, last);
  const modified =
    month === 'uncertain'
      ? undefined
      : year === undefined
        ? withoutYear(raw, { month, day, time }, search.context.now)
        : toServerTime(raw, calendarDate(year, month, day), time);
  return { end: last.end, modified, shape: 'exact' };
}

/** `2005年 1月 6日`, and `2003   3月 20`. */
function yearFirstDate(search: Search): FoundDate | undefined {
  const { first, second, third, context } = search;
  if (second === undefined || third === undefined || !/^\d{4}[\x80-\xff]*$/.test(first.text))
    return undefined;
  const year = yearOf(first.text);
  const month = /^\d{1,2}[\x80-\xff]/.test(second.text) ? parseMonth(second.text, context.decode) : undefined;
  const day = dayOf(third.text);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return datedBetween(search, { month, day, year, time: undefined, last: third });
}

/** Three numbers in one word, with or without a time behind it. */
function numericDate(search: Search): FoundDate | undefined {
  const { first, second, context } = search;
  const parts = /^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})$/.exec(first.text);
  const named = parts === null ? /^(\d{1,2})-([A-Za-z]{3,12})-(\d\d|\d{4})$/.exec(first.text) : null;
  const time = second !== undefined && isTime(second.text) ? second.text : undefined;
  const last = time === undefined || second === undefined ? first : zoneAfter(search, second);
  const raw = rawText(search, last);
  if (named !== null) {
    const [, day = '', name = '', year = ''] = named;
    const month = parseMonth(name, context.decode);
    if (month === undefined || dayOf(day) === undefined) return undefined;
    return datedBetween(search, { month, day: Number(day), year: fullYear(year), time, last });
  }
  if (parts === null) return undefined;
  const [, a = '', separator = '', b = '', c = ''] = parts;
  const orders = numericOrders(a, separator, c);
  if (orders === undefined) return undefined;
  const found = orderedDates(raw, [a, b, c], { orders, time, now: context.now });
  if (Object.keys(found).length === 0) return undefined;
  const [modified] = Object.values(found);
  // The order is certain: no evidence for other dates.
  const dated = orders.length === 1 ? { modified } : datedBy(found);
  return { ...dated, end: last.end, shape: time === undefined ? 'date-only' : 'exact' };
}

/** The orders of three numbers; undefined where they are no date. A dotted date begins with its day. */
function numericOrders(first: string, separator: string, last: string): readonly DateOrder[] | undefined {
  if (first.length === 4 && last.length <= 2) return ['ymd'];
  if (first.length > 2 || (last.length !== 2 && last.length !== 4)) return undefined;
  if (separator === '.') return ['dmy'];
  return last.length === 4 ? ['mdy', 'dmy'] : ['mdy', 'dmy', 'ymd'];
}

/** The zone of GNU `ls --full-time`: `08:10:30.000000000 +0000`. */
function zoneAfter({ third }: Search, time: Word): Word {
  return third !== undefined && time.text.includes('.') && /^[+-]\d{4}$/.test(third.text) ? third : time;
}

/** Month and day as numbers, then a time or a year: `11-20 08:10`, `11-20 2026`, `3 29 03:26`. */
function shortDate(search: Search): FoundDate | undefined {
  const { first, second, third, context } = search;
  const joined = /^(\d\d)-(\d\d)$/.exec(first.text);
  const [a, b, end] =
    joined === null ? [first.text, second?.text ?? '', third] : [joined[1] ?? '', joined[2] ?? '', second];
  if (end === undefined || !/^\d{1,2}$/.test(a) || !/^\d{1,2}$/.test(b)) return undefined;
  const time = isTime(end.text) ? end.text : undefined;
  const year = time === undefined ? yearOf(end.text) : undefined;
  // Three numbers with blanks between them may be an owner, a group and a size.
  if (time === undefined && (year === undefined || joined === null)) return undefined;
  const raw = rawText(search, end);
  const numbers = [a, b, year === undefined ? undefined : String(year)] as const;
  const found = orderedDates(raw, numbers, { orders: ['mdy', 'dmy'], time, now: context.now });
  if (Object.keys(found).length === 0) return undefined;
  const isLeft = year !== undefined && end.start - first.end === 1;
  return { ...datedBy(found), end: end.end, shape: isLeft ? 'year-left' : 'exact' };
}

/** 0:00 to 24:00, also with seconds and their fraction. */
function isTime(text: string): boolean {
  const parts = /^(\d{1,2}):(\d{1,2})(?::(\d\d)(?:\.\d{1,9})?)?$/.exec(text);
  if (parts === null) return false;
  const [, hour, minute, second] = parts.map(Number);
  return (hour ?? 0) <= 24 && (minute ?? 0) <= 59 && (Number.isNaN(second) || (second ?? 0) <= 60);
}

/** `20`, `20.`, `08,`, `3日`: 1 to 31. */
function dayOf(text: string): number | undefined {
  const digits = /^(\d{1,2})[.,]?$/.exec(text)?.[1] ?? numberBefore('day', text);
  const day = Number(digits);
  return digits !== undefined && day >= 1 && day <= 31 ? day : undefined;
}

/** `2026`, `2003年`. */
function yearOf(text: string): number | undefined {
  const digits = /^\d{4}$/.test(text) ? text : numberBefore('year', text);
  return digits?.length === 4 ? Number(digits) : undefined;
}
