import type { DateOrder } from '../../session/learned-behaviour.ts';
import type { LineContext, LineReading, ListedEntry } from './listed-entry.ts';
import { clockTime, datedBy, fullYear, orderedDates } from './server-time.ts';

/**
 * One line of IBM i (OS/400) with LISTFMT 0: owner, size, date, time, object type and name. Members have
 * neither size nor time. The job's DATFMT decides the order of the date.
 *
 * @example
 * parseIbmILine('QSYS  14 11/25/26 08:00:11 *STMF      order.csv', context) // entry: { kind: 'file', ... }
 */
export function parseIbmILine(line: string, { now }: LineContext): LineReading | undefined {
  const member = memberLine.exec(line);
  if (member !== null) {
    const [, name = ''] = member;
    const entry = {
      kind: 'file',
      name,
      sizeBytes: undefined,
      modified: undefined,
      unique: undefined,
    } as const;
    return { format: 'ibm-i', entry };
  }
  const parts = objectLine.exec(line);
  if (parts === null) return undefined;
  const [, digits = '', date = '', , , clock = '', type = '', path = ''] = parts;
  const time = clockTime(clock.replaceAll(/[.,]/g, ':'), undefined);
  const numbers = dateNumbers(date);
  if (numbers === undefined) return undefined;
  const orders = dateOrders(date, numbers[0]);
  const found = time === undefined ? {} : orderedDates(`${date} ${clock}`, numbers, { orders, time, now });
  if (Object.keys(found).length === 0) return undefined;
  const { modified, ...question } =
    orders.length === 1 ? { modified: Object.values(found)[0] } : datedBy(found);
  const entry = toEntry(type, path, { sizeBytes: Number(digits), modified });
  return { format: 'ibm-i', entry, ...question };
}

const objectLine =
  /^ {0,8}\S{1,10} {1,20}(\d{1,15}) {1,4}(\d\d([/.,-])(?:\d{3}|\d\d\3(?:\d\d|\d{4}))|\d{4}([/.,-])\d\d\4\d\d) (\d\d[:.,]\d\d[:.,]\d\d) (\*(?!MEM)[A-Z0-9]{1,9}) {1,12}(\S.*)$/;
const memberLine = /^\S{1,10} {1,60}\*MEM {1,12}(\S.*)$/;

/** The numbers of a date; DATFMT(*JUL) has the year and the day of the year. */
function dateNumbers(date: string): readonly [string, string, string] | undefined {
  const [first = '', second = '', third = ''] = date.split(/[/.,-]/);
  if (third !== '') return [first, second, third];
  const start = Date.UTC(fullYear(first), 0, 1);
  const day = new Date(start + (Number(second) - 1) * dayMs);
  if (day.getUTCFullYear() !== fullYear(first)) return undefined;
  const [year = '', month = '', ofMonth = ''] = day.toISOString().slice(0, 10).split('-');
  return [year, month, ofMonth];
}

const dayMs = 24 * 60 * 60_000;

/** A dotted date begins with its day. */
function dateOrders(date: string, first: string): readonly DateOrder[] {
  if (first.length === 4) return ['ymd'];
  if (date.includes('.')) return ['dmy'];
  return /\d{4}$/.test(date) ? ['mdy', 'dmy'] : ['mdy', 'dmy', 'ymd'];
}

const directoryTypes = ['*DIR', '*DDIR', '*LIB', '*FLR'];
const fileTypes = ['*STMF', '*DSTMF', '*FILE', '*DOC', '*USRSPC', '*SAVF'];

/** Everything else is an object without bytes for a client: programs, queues, descriptions. */
function toEntry(
  type: string,
  path: string,
  { sizeBytes, modified }: Pick<Extract<ListedEntry, { kind: 'file' }>, 'sizeBytes' | 'modified'>,
): ListedEntry {
  const name = path.replace(/\/$/, '');
  if (name !== path || directoryTypes.includes(type)) return { kind: 'directory', name };
  if (fileTypes.includes(type)) return { kind: 'file', name, sizeBytes, modified, unique: undefined };
  return { kind: type === '*SYMLNK' ? 'link' : 'special', name };
}
