import type { ListedEntry } from './listed-entry.ts';
import { parseDosLine } from './parse-dos-line.ts';
import { parseUnixLine } from './parse-unix-line.ts';

/**
 * One line of LIST, whose format no standard fixes: that of `ls -l`, or that of MS-DOS `dir`.
 * `now` is needed for dates that have no year. Undefined where the line is neither.
 */
export function parseListLine(line: string, now: Date): ListedEntry | undefined {
  return /^\d/.test(line) ? parseDosLine(line) : parseUnixLine(line, now);
}
