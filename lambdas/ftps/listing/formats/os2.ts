import { ignoredEntry, isDotName, type LineContext, type LineReading } from './listed-entry.ts';
import { clockTime, datedBy, orderedDates } from './server-time.ts';

/**
 * One line of OS/2: size, attributes, date and name. Some of its servers count years from 1900, so that 2003
 * is 103. A line with neither attributes nor such a year is weak: little of it is typical.
 *
 * @example
 * parseOs2Line(' 1123 DIR  A    10-05-100  23:38  name', context) // entry: { kind: 'directory', ... }
 */
export function parseOs2Line(line: string, { now }: LineContext): LineReading | undefined {
  const parts = os2Line.exec(line);
  if (parts === null) return undefined;
  const [, digits = '', attributes = '', month = '', day = '', year = '', clock = '', name = ''] = parts;
  const time = clockTime(clock, undefined);
  const raw = `${month}-${day}-${year} ${clock}`;
  const dates =
    time === undefined ? {} : orderedDates(raw, [month, day, year], { orders: ['mdy', 'dmy'], time, now });
  // The month is first in all known listings: another order alone is no date.
  if (dates.mdy === undefined) return undefined;
  const words = attributes.split(' ').filter((word) => word !== '');
  const weak = words.every((word) => word === 'DIR') && year.length !== 3 ? { isWeak: true } : {};
  if (words.includes('DIR')) {
    const entry = isDotName(name) ? ignoredEntry : ({ kind: 'directory', name } as const);
    return { format: 'os2', entry, ...weak };
  }
  const { modified, ...question } = datedBy(dates);
  const entry = { kind: 'file', name, sizeBytes: Number(digits), modified, unique: undefined } as const;
  return { format: 'os2', entry, ...question, ...weak };
}

const os2Line =
  /^ {0,30}(\d{1,15}) {1,30}((?:(?:DIR|[ARHS]{1,4}) {1,20}){0,3})(\d\d)-(\d\d)-(\d{2,4}) {1,8}(\d\d:\d\d) {1,8}(\S.*)$/;
