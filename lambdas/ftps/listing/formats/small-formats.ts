import type { LineContext, LineReading, ListedEntry } from './listed-entry.ts';
import { parseMonth } from './month-names.ts';
import { calendarDate, clockTime, fullYear, orderedDates, toServerTime, toUtcTime } from './server-time.ts';

/** Formats of one expression each, in which every column is in its place. */
export function parseSmallFormat(line: string, context: LineContext): LineReading | undefined {
  return (
    parseEplf(line) ??
    parseVshell(line, context) ??
    parseNonStop(line, context) ??
    parseNumericUnix(line) ??
    parseWfFtp(line, context) ??
    parseVxWorks(line, context) ??
    parseOs9(line)
  );
}

type FileFacts = Pick<Extract<ListedEntry, { kind: 'file' }>, 'sizeBytes' | 'modified'>;

function file(name: string, facts: FileFacts & { readonly unique?: string | undefined }): ListedEntry {
  return { kind: 'file', name, unique: undefined, ...facts };
}

/** EPLF (cr.yp.to/ftp/list/eplf.html): `+i8388621.48594,m825718503,r,s280,\tname`, with times in UTC. */
function parseEplf(line: string): LineReading | undefined {
  const parts = /^\+([^\t\s]{0,1024})\t(.+)$/.exec(line);
  if (parts === null) return undefined;
  const [, facts = '', name = ''] = parts;
  const list = facts.split(',');
  const fact = (pattern: RegExp) => list.map((each) => pattern.exec(each)?.[1]).find((value) => value);
  if (list.includes('/')) return { format: 'eplf', entry: { kind: 'directory', name } };
  // Neither RETR nor CWD will work.
  if (!list.includes('r')) return { format: 'eplf', entry: { kind: 'special', name } };
  const size = fact(/^s(\d{1,15})$/);
  const seconds = fact(/^m(\d{1,12})$/);
  const sizeBytes = size === undefined ? undefined : Number(size);
  const modified = seconds === undefined ? undefined : toUtcTime(`m${seconds}`, Number(seconds));
  return {
    format: 'eplf',
    entry: file(name, { sizeBytes, modified, unique: fact(/^i([\x21-\x7e]{1,128})$/) }),
  };
}

/** Old VShell servers: `206876  Apr 04, 2000 21:06 name`, and a slash behind directories. */
function parseVshell(line: string, { decode }: LineContext): LineReading | undefined {
  const parts =
    /^ {0,20}(\d{1,15}) {1,8}(([A-Za-z\x80-\xff]{3,12}) (\d{1,2}), (\d{4}) (\d\d:\d\d)) (.+)$/.exec(line);
  if (parts === null) return undefined;
  const [, digits = '', raw = '', word = '', day = '', year = '', clock = '', path = ''] = parts;
  const month = parseMonth(word, decode);
  const time = clockTime(clock, undefined);
  const name = path.replace(/\/$/, '');
  if (month === undefined || time === undefined || name === '') return undefined;
  if (name !== path) return { format: 'vshell', entry: { kind: 'directory', name } };
  const modified =
    month === 'uncertain' ? undefined : toServerTime(raw, calendarDate(year, month, day), time);
  return { format: 'vshell', entry: file(name, { sizeBytes: Number(digits), modified }) };
}

/** HP NonStop: name, code, end of file, last modification, owner, and what each class of users may do. */
function parseNonStop(line: string, { decode }: LineContext): LineReading | undefined {
  const parts =
    /^(\S{1,40}) {1,12}(?:O {1,4})?\d{1,5}[A-Z+?]? {1,20}(\d{1,15}) {1,4}((\d{1,2})-([A-Za-z]{3,9})-(\d\d|\d{4}) (\d{1,2}:\d\d:\d\d)) {1,4}\d{1,3}, {0,3}\d{1,3} {1,4}"?[\w*-]{4,7}"? {0,8}$/i.exec(
      line,
    );
  if (parts === null) return undefined;
  const [, name = '', digits = '', raw = '', day = '', word = '', year = '', clock = ''] = parts;
  const month = parseMonth(word, decode);
  const time = clockTime(clock, undefined);
  if (month === undefined || time === undefined) return undefined;
  const modified =
    month === 'uncertain' ? undefined : toServerTime(raw, calendarDate(fullYear(year), month, day), time);
  return { format: 'nonstop', entry: file(name, { sizeBytes: Number(digits), modified }) };
}

/** `0100644   500  101   12345    123456789       name`: mode, owner, group, size, seconds since 1970. */
function parseNumericUnix(line: string): LineReading | undefined {
  const parts =
    /^0?(\d{2,3})\d{4} {1,8}\S{1,32} {1,8}\S{1,32} {1,12}(\d{1,15}) {1,8}(\d{6,11}) {1,12}(\S.*)$/.exec(line);
  if (parts === null) return undefined;
  const [, type = '', digits = '', seconds = '', name = ''] = parts;
  switch (Number(type)) {
    case 4:
      return { format: 'other', entry: { kind: 'directory', name } };
    case 12:
      return { format: 'other', entry: { kind: 'link', name } };
    case 10:
      return {
        format: 'other',
        entry: file(name, { sizeBytes: Number(digits), modified: toUtcTime(seconds, Number(seconds)) }),
      };
    default:
      return undefined;
  }
}

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Nortel wfFtp: `name  1014196  06/03/04  Thur.   10:20:03`. The weekday tells the order of the date. */
function parseWfFtp(line: string, { now }: LineContext): LineReading | undefined {
  const parts =
    /^(\S{1,128}) {1,40}(\d{1,15}) {1,8}(\d\d\/\d\d\/\d\d) {1,8}([A-Za-z]{3,9})\.? {1,8}(\d\d:\d\d:\d\d) {0,8}$/.exec(
      line,
    );
  if (parts === null) return undefined;
  const [, name = '', digits = '', date = '', weekday = '', clock = ''] = parts;
  const time = clockTime(clock, undefined);
  const number = weekdays.indexOf(weekday.toLowerCase().slice(0, 3));
  if (time === undefined || number === -1) return undefined;
  const [first = '', second = '', third = ''] = date.split('/');
  const dates = orderedDates(`${date} ${clock}`, [first, second, third], {
    orders: ['mdy', 'dmy', 'ymd'],
    time,
    now,
  });
  const fitting = Object.values(dates).filter(
    ({ wallClock }) => new Date(`${wallClock}Z`).getUTCDay() === number,
  );
  const modified = fitting.length === 1 ? fitting[0] : undefined;
  return { format: 'other', entry: file(name, { sizeBytes: Number(digits), modified }) };
}

/** VxWorks: `2048    Feb-28-1998  05:23:30   name <DIR>`. */
function parseVxWorks(line: string, { decode }: LineContext): LineReading | undefined {
  const parts =
    /^ {0,20}(\d{1,15}) {1,8}(([A-Z][a-z]{2})-(\d\d)-(\d{4}) {1,8}(\d\d:\d\d:\d\d)) {1,8}(\S.*)$/.exec(line);
  if (parts === null) return undefined;
  const [, digits = '', raw = '', word = '', day = '', year = '', clock = '', rest = ''] = parts;
  const month = parseMonth(word, decode);
  const time = clockTime(clock, undefined);
  if (typeof month !== 'number' || time === undefined) return undefined;
  const name = rest.trimEnd();
  if (name.endsWith(' <DIR>')) {
    return { format: 'other', entry: { kind: 'directory', name: name.slice(0, -'<DIR>'.length).trimEnd() } };
  }
  const modified = toServerTime(raw, calendarDate(year, month, day), time);
  return { format: 'other', entry: file(name, { sizeBytes: Number(digits), modified }) };
}

/** Microware OS-9: `20.20 07/03/29 1026 d-ewrewr 2650 85920 name`; the year is first. */
function parseOs9(line: string): LineReading | undefined {
  const parts =
    /^ {0,8}\d{1,5}\.\d{1,5} {1,4}((\d\d)\/(\d\d)\/(\d\d) {1,4}(\d\d)(\d\d)) {1,4}([-d])[-sewr]{7} {1,8}[0-9A-F]{1,8} {1,12}(\d{1,15}) (\S.*)$/.exec(
      line,
    );
  if (parts === null) return undefined;
  const [, raw = '', year = '', month = '', day = '', hour, minute, kind, digits = '', name = ''] = parts;
  const modified = toServerTime(raw, calendarDate(fullYear(year), month, day), `${hour}:${minute}`);
  if (modified === undefined) return undefined;
  if (kind === 'd') return { format: 'other', entry: { kind: 'directory', name } };
  return { format: 'other', entry: file(name, { sizeBytes: Number(digits), modified }) };
}
