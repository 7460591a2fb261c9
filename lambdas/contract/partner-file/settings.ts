import { z } from 'zod';
import { globError } from '../../core/path/selection.ts';
import { didYouMean } from '../did-you-mean.ts';
import { cronError } from './cron.ts';

// Kinds of values that several parts of a partner file have.

/** A directory at the partner. */
export const absolutePath = z
  .string()
  .regex(/^\//, 'must be an absolute path that starts with /')
  .refine(isNormalPath, 'must not contain empty, . or .. components or control characters');

/** A directory at the partner in a setting that is taken as it is. */
export const plainPath = absolutePath.superRefine(addIssueFrom(placeholderError));

/** The start of the keys of a flow's objects. */
export const keyPrefix = z
  .string()
  .min(2)
  .max(512)
  .regex(/\/$/, 'must end with /, so that no other prefix starts with the same characters')
  .refine(
    (prefix) => isNormalPath(`/${prefix}`),
    'must not start with /, and must not contain empty, . or .. components',
  )
  .superRefine(addIssueFrom(placeholderError));

/** @example 90s, 2m, 12h, 3d */
export const duration = z
  .string()
  .regex(/^\d{1,6}(s|m|h|d)$/, 'must be a number and a unit, such as 90s, 2m, 12h or 3d');

export const timeZoneName = z.string().superRefine(addIssueFrom(timeZoneError));

export const glob = z
  .string()
  .min(1)
  .max(500)
  .superRefine(addIssueFrom((text) => globError(text) ?? placeholderError(text)));

/** The marker file of `settled.doneFile` and of a push's `doneFile`. */
export const doneFilePattern = z
  .string()
  .refine(
    isDoneFilePattern,
    'must contain {name} or {stem} once and other characters, but no slash: {name}.done',
  )
  .superRefine(addIssueFrom((text) => placeholderError(text.replaceAll(/\{(name|stem)\}/g, ''))));

export const schedule = z.strictObject({
  cron: z
    .string()
    .superRefine(addIssueFrom(cronError))
    .meta({
      description:
        'Six fields as in EventBridge Scheduler: minutes hours day-of-month month day-of-week year.',
      examples: ['15 2 * * ? *'],
    }),
  timeZone: timeZoneName.meta({
    description: 'The IANA time zone of the cron expression.',
    examples: ['Europe/Rome'],
  }),
});

/**
 * Milliseconds of a duration that has passed the schema.
 * @throws Error for any other text.
 * @example durationMs('2m') // 120000
 */
export function durationMs(text: string): number {
  const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.slice(-1)];
  if (unitMs === undefined) throw new Error(`${JSON.stringify(text)} is not a duration`);
  return Number(text.slice(0, -1)) * unitMs;
}

/** The error in the name of a time zone, as the end of a sentence that begins with the key. */
function timeZoneError(name: string): string | undefined {
  if (isTimeZone(name)) return undefined;
  return `must be an IANA time zone such as Europe/Rome or UTC${meantZone(name)}`;
}

/** `; did you mean Europe/Rome?`, also where only the city is named. */
export function meantZone(name: string): string {
  const zones = Intl.supportedValuesOf('timeZone');
  const ofCity = zones.find((zone) =>
    zone.toLowerCase().endsWith(`/${name.toLowerCase().replaceAll(' ', '_')}`),
  );
  return ofCity === undefined ? didYouMean(name, zones) : `; did you mean ${ofCity}?`;
}

/** A word in braces would be taken as it is, and no file would ever be found there. */
function placeholderError(text: string): string | undefined {
  const placeholder = /\{[A-Za-z]+\}/.exec(text)?.[0];
  if (placeholder === undefined) return undefined;
  return `has the placeholder ${placeholder}, which is not expanded in this setting; docs/partners.md says which settings have placeholders`;
}

function isNormalPath(path: string): boolean {
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path;
  if (trimmed === '') return true;
  return trimmed
    .slice(1)
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..' && !/\p{Cc}/u.test(name));
}

/**
 * Whether the pattern has exactly one placeholder, so that a marker belongs to one file, and other
 * characters, so that not every file is a marker.
 */
export function isDoneFilePattern(pattern: string): boolean {
  const [placeholder, ...more] = pattern.match(/\{(name|stem)\}/g) ?? [];
  return (
    placeholder !== undefined &&
    more.length === 0 &&
    pattern !== placeholder &&
    isNormalPath(`/${pattern}`) &&
    !pattern.includes('/')
  );
}

/** Whether both Intl and EventBridge Scheduler accept the name. */
export function isTimeZone(name: string): boolean {
  // Intl also takes +02:00 and europe/rome; EventBridge Scheduler does not.
  if (!/^[A-Z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // There is no other way to ask: supportedValuesOf omits the aliases that Scheduler takes.
    return false;
  }
}

function addIssueFrom(findError: (text: string) => string | undefined) {
  return (text: string, context: z.core.$RefinementCtx<string>) => {
    const message = findError(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };
}
