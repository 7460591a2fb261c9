import { z } from 'zod';
import { globFault } from '../sync/selection.ts';
import { cronFault } from './cron.ts';

/** The kinds of settings that several parts of a partner file have. */

export const absolutePath = z
  .string()
  .regex(/^\//, 'must be an absolute path: start with /')
  .refine(isPlainPath, 'must not contain empty, . or .. components or control characters');

export const keyPrefix = z
  .string()
  .min(2)
  .max(512)
  .regex(/\/$/, 'must end with /, so that no other prefix can begin with the same letters')
  .refine(
    (prefix) => isPlainPath(`/${prefix}`),
    'must not start with / or contain empty, . or .. components',
  );

export const duration = z
  .string()
  .regex(/^\d{1,6}(s|m|h|d)$/, 'must be a number and a unit: 90s, 2m, 12h, 3d')
  .describe('A number and a unit: 90s, 2m, 12h, 3d.');

export const timeZoneName = z
  .string()
  .refine(isTimeZone, 'is no IANA time zone: write a name like Europe/Rome or UTC');

export const glob = z.string().min(1).max(500).superRefine(faultAsIssue(globFault));

export const schedule = z.strictObject({
  cron: z
    .string()
    .superRefine(faultAsIssue(cronFault))
    .describe('EventBridge Scheduler cron: minutes hours day-of-month month day-of-week year.'),
  timeZone: timeZoneName.describe('The zone in which the cron is read.'),
});

/** @returns milliseconds; the text has passed the schema. */
export function durationMs(text: string): number {
  const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.slice(-1)];
  if (unitMs === undefined) throw new Error(`${text} is no duration`);
  return Number(text.slice(0, -1)) * unitMs;
}

function isPlainPath(path: string): boolean {
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path;
  if (trimmed === '') return true;
  return trimmed
    .slice(1)
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..' && !/\p{Cc}/u.test(name));
}

/** One placeholder, or the marker's name is no one file's; other letters, or every file would be a marker. */
export function isDoneFilePattern(pattern: string): boolean {
  const [placeholder, ...more] = pattern.match(/\{(name|stem)\}/g) ?? [];
  return (
    placeholder !== undefined &&
    more.length === 0 &&
    pattern !== placeholder &&
    isPlainPath(`/${pattern}`) &&
    !pattern.includes('/')
  );
}

export function isTimeZone(name: string): boolean {
  // Intl takes +02:00 and europe/rome too; EventBridge Scheduler does not.
  if (!/^[A-Z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // The only way to ask: supportedValuesOf leaves out the aliases that Scheduler takes.
    return false;
  }
}

function faultAsIssue(faultOf: (text: string) => string | undefined) {
  return (text: string, context: z.core.$RefinementCtx<string>) => {
    const message = faultOf(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };
}
