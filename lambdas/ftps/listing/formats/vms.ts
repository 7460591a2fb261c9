import type { LineContext, LineReading } from './listed-entry.ts';
import { parseMonth } from './month-names.ts';
import { calendarDate, clockTime, toServerTime } from './server-time.ts';

/**
 * One line of VMS, joined from two where its name was too long for one. The version belongs to the name:
 * without it the server sends the newest one. Sizes are in blocks of 512 bytes, so they are unknown. A
 * directory is named without `.DIR;1`, as CWD wants it.
 *
 * @example
 * parseVmsLine('A.TXT;2  1/9  2-JUN-1998 07:32:04  [GROUP,OWNER]  (RWED,RWED,,RE)', context)
 * // entry: { kind: 'file', name: 'A.TXT;2', ... }
 */
export function parseVmsLine(line: string, { decode }: LineContext): LineReading | undefined {
  const parts = vmsLine.exec(line);
  if (parts === null) return undefined;
  const [, name = '', columns = ''] = parts;
  const date = vmsDate.exec(columns);
  if (date === null) return undefined;
  const others = `${columns.slice(0, date.index)} ${columns.slice(date.index + date[0].length)}`;
  if (!areOtherColumns(others)) return undefined;
  const [raw, day = '', word = '', year = '', clock] = date;
  const month = parseMonth(word, decode);
  const time = clock === undefined ? undefined : clockTime(clock, undefined);
  if (month === undefined || (clock !== undefined && time === undefined)) return undefined;
  const directory = /^(.+)\.DIR;\d{1,5}$/i.exec(name)?.[1];
  if (directory !== undefined) return { format: 'vms', entry: { kind: 'directory', name: directory } };
  const modified =
    month === 'uncertain' ? undefined : toServerTime(raw.trim(), calendarDate(year, month, day), time);
  return { format: 'vms', entry: { kind: 'file', name, sizeBytes: undefined, modified, unique: undefined } };
}

const vmsLine = /^([^\s;]{1,200};\d{1,5})[ \t]{1,80}(\S.*)$/;
const vmsDate =
  /(?<![^ \t])(\d{1,2})-([A-Za-z\x80-\xff]{3,12})-(\d{4})(?: {1,3}(\d{1,2}:\d\d(?::\d\d)?)(?:\.\d{1,2})?)?(?![^ \t])/;

/** In any order: one size, and perhaps an owner and a protection. */
function areOtherColumns(text: string): boolean {
  const words = text.split(/[ \t]+/).filter((word) => word !== '');
  const sizes = words.filter((word) => /^\d{1,10}(?:\/\d{1,10}|[KM]B)?$/.test(word)).length;
  const protections = words.filter((word) => /^\([RWED,]{0,24}\)$/.test(word)).length;
  const owners = words.length - sizes - protections;
  return sizes === 1 && protections <= 1 && owners <= 1 && words.every(isColumn);
}

function isColumn(word: string): boolean {
  return /^(?:\d[\d/]*(?:[KM]B)?|\([RWED,]*\)|\[[^\]\s]{0,60}\]?|[A-Z][\w$]{0,30})$/.test(word);
}

/** A name that the server has put on a line of its own, because it fills its columns. */
export function isVmsName(line: string): boolean {
  return /^[^\s;]{1,200};\d{1,5}$/.test(line);
}
