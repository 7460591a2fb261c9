import { z } from 'zod';
import { parseRemotePath } from '../sync/remote-path.ts';
import { globFault } from '../sync/selection.ts';
import { cronFault } from './cron.ts';
import { encodings } from './encodings.ts';
import { flowConflicts } from './flow-conflicts.ts';
import { flowIdSchema, partnerIdSchema } from './ids.ts';

/**
 * The partner file: one organisation, how to reach it, and the flows between it and us.
 * The one schema for `validate`, synth, the CLI and the functions. Every setting is explained in docs/partners.md.
 */

const notSupportedYet = 'is not supported yet';

const absolutePath = z
  .string()
  .regex(/^\//, 'must be an absolute path: start with /')
  .refine(isPlainPath, 'must not contain empty, . or .. components or control characters');

const keyPrefix = z
  .string()
  .min(2)
  .max(512)
  .regex(/\/$/, 'must end with /, so that no other prefix can begin with the same letters')
  .refine(
    (prefix) => isPlainPath(`/${prefix}`),
    'must not start with / or contain empty, . or .. components',
  );

const duration = z
  .string()
  .regex(/^\d{1,6}(s|m|h|d)$/, 'must be a number and a unit: 90s, 2m, 12h, 3d')
  .describe('A number and a unit: 90s, 2m, 12h, 3d.');

const timeZoneName = z
  .string()
  .refine(isTimeZone, 'is no IANA time zone: write a name like Europe/Rome or UTC');

const glob = z.string().min(1).max(500).superRefine(faultAsIssue(globFault));

const schedule = z.strictObject({
  cron: z
    .string()
    .superRefine(faultAsIssue(cronFault))
    .describe('EventBridge Scheduler cron: minutes hours day-of-month month day-of-week year.'),
  timeZone: timeZoneName.describe('The zone in which the cron is read.'),
});

const settled = z
  .strictObject({
    minAge: duration.default('2m').describe('How long the partner must have left the file alone.'),
    unchangedListings: z
      .number()
      .int()
      .min(1)
      .max(10)
      .default(1)
      .describe('In how many runs in a row the file must have looked the same.'),
    doneFile: z
      .string()
      .refine(isDoneFilePattern, 'must be {name} or {stem} once, with other letters beside it and no slash')
      .optional()
      .describe('The marker beside the file that says it is complete: {name}.done or {stem}.ok.'),
  })
  .prefault({});

const after = z
  .union(
    [
      z.enum(['keep', 'delete']),
      z.strictObject({
        move: absolutePath
          .refine(hasKnownPlaceholders, 'has a placeholder other than {yyyy}, {MM} and {dd}')
          .describe('A directory at the partner; {yyyy}, {MM} and {dd} are those of the start of the run.'),
      }),
    ],
    'must be keep, delete, or move with a directory: { move: /archive/{yyyy} }',
  )
  .default('keep');

const pullFlow = z.strictObject({
  name: flowIdSchema.describe('The flow in commands, keys and log lines.'),
  direction: z
    .literal('pull', { error: (issue) => directionFault(issue.input) })
    .describe('pull: from the partner to us.'),
  remote: absolutePath
    .transform(parseRemotePath)
    .describe('The directory at the partner; everything below it belongs to the flow.'),
  prefix: keyPrefix.describe('Where the files arrive in the inbox bucket.'),
  schedule: schedule.optional().describe('When the flow runs by itself. Without it: by command alone.'),
  include: z.array(glob).min(1).default(['**']).describe('Globs on the path below `remote`; one must match.'),
  exclude: z.array(glob).default([]).describe('Globs on the path below `remote`; none may match.'),
  settled: settled.describe('When the partner is done with a file. All of it must hold.'),
  onChange: z
    .enum(['new-version', 'ignore', 'fail'])
    .default('new-version')
    .describe('What to do with a file that was taken before and looks different now.'),
  after: after.describe('What happens to the file at the partner once it is verified and recorded.'),
  expect: z.never({ error: () => notSupportedYet }).optional(),
  trigger: z.never({ error: () => notSupportedYet }).optional(),
  overwrite: z.never({ error: () => notSupportedYet }).optional(),
});

const pemFile = z.string().min(1).describe('PEM text, or the name of a PEM file beside the partner file.');

const fingerprint = z
  .string()
  .transform((text) => text.replaceAll(':', '').toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 fingerprint: 64 hex digits, colons allowed'));

const connection = z
  .strictObject({
    host: z
      .string()
      .regex(
        /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,252}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f.]{0,15}){2,7})$/,
        'must be a host name or an IP address alone; the port has its own key',
      )
      .describe('Host name or IP address.'),
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('Default: 21 for explicit, 990 for implicit.'),
    security: z
      .enum(['explicit', 'implicit'])
      .describe('explicit: AUTH TLS (RFC 4217). implicit: TLS from the first byte.'),
    secret: z
      .string()
      .regex(/^[A-Za-z0-9/_+=.@-]{1,256}$/, 'must be the name of a secret')
      .describe('The secret with user and password, and the client certificate where there is one.'),
    tls: z
      .strictObject({
        minVersion: z
          .enum(['TLSv1.2', 'TLSv1.3'])
          .default('TLSv1.2')
          .describe('The oldest TLS version that is spoken.'),
        ca: pemFile
          .optional()
          .describe('Whom to trust instead of the public authorities: a PEM file beside this one.'),
        serverName: z
          .string()
          .min(1)
          .max(253)
          .optional()
          .describe('The name in the certificate, where it is not the host.'),
        fingerprints: z
          .array(fingerprint)
          .max(4)
          .default([])
          .describe(
            'SHA-256 fingerprints: the certificate must have one of them. Name the next one before it changes.',
          ),
      })
      .prefault({})
      .describe('Which server is the right one. Nothing here accepts any certificate.'),
    maxConnections: z
      .number()
      .int()
      .min(1)
      .max(32)
      .default(4)
      .describe('Sessions at once that the partner allows us.'),
    timeZone: z
      .string()
      .refine(
        (name) => name === 'auto' || isTimeZone(name),
        'is neither auto nor an IANA time zone: Europe/Rome',
      )
      .default('auto')
      .describe('The zone of the times in listings. auto: found by comparing MDTM with LIST.'),
    encoding: z
      .enum(encodings)
      .default('auto')
      .describe('The encoding of file names. auto: UTF-8, switched on where the server offers it.'),
  })
  .transform((given) => ({ ...given, port: given.port ?? (given.security === 'explicit' ? 21 : 990) }));

export const partnerFileSchema = z
  .strictObject({
    partner: partnerIdSchema.describe('The partner in commands, keys and log lines: the name of the file.'),
    connection: connection.describe('How to reach the partner. What is secret is in the secret.'),
    flows: z.array(pullFlow).min(1).max(50).describe('Which files go where.'),
  })
  .superRefine(({ flows }, context) => {
    const outlines = flows.map(({ name, remote, after }) => {
      return { name, remote, moveTo: typeof after === 'object' ? after.move : undefined };
    });
    for (const { path, message } of flowConflicts(outlines)) {
      context.addIssue({ code: 'custom', path: ['flows', ...path], message });
    }
  });

export type PartnerFile = z.infer<typeof partnerFileSchema>;
export type PullFlow = PartnerFile['flows'][number];

/** @returns milliseconds; the text has passed the schema. */
export function durationMs(text: string): number {
  const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.slice(-1)];
  if (unitMs === undefined) throw new Error(`${text} is no duration`);
  return Number(text.slice(0, -1)) * unitMs;
}

function directionFault(input: unknown): string {
  return input === 'push' ? `push ${notSupportedYet}; write pull` : "must be 'pull'";
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
function isDoneFilePattern(pattern: string): boolean {
  const [placeholder, ...more] = pattern.match(/\{(name|stem)\}/g) ?? [];
  return (
    placeholder !== undefined &&
    more.length === 0 &&
    pattern !== placeholder &&
    isPlainPath(`/${pattern}`) &&
    !pattern.includes('/')
  );
}

function hasKnownPlaceholders(directory: string): boolean {
  return !/[{}]/.test(directory.replace(/\{(yyyy|MM|dd)\}/g, ''));
}

function isTimeZone(name: string): boolean {
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
