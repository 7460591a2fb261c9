import { z } from 'zod';
import { parseRemotePath } from '../sync/remote-path.ts';
import { cronFault } from './cron.ts';
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

const glob = z.string().min(1).max(500);

const schedule = z.strictObject({
  cron: z
    .string()
    .superRefine((text, context) => {
      const fault = cronFault(text);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
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
      .regex(/^[^/]*\{(name|stem)\}[^/]*$/, 'must contain {name} or {stem} and no slash')
      .optional()
      .describe('The marker beside the file that says it is complete: {name}.done or {stem}.ok.'),
  })
  .prefault({});

const after = z
  .union([
    z.enum(['keep', 'delete']),
    z.strictObject({
      move: absolutePath.describe(
        'A directory at the partner; {yyyy}, {MM} and {dd} are those of the start of the run.',
      ),
    }),
  ])
  .default('keep');

const pullFlow = z.strictObject({
  name: flowIdSchema,
  direction: z.literal('pull', { error: (issue) => directionFault(issue.input) }),
  remote: absolutePath
    .transform(parseRemotePath)
    .describe('The directory at the partner; everything below it belongs to the flow.'),
  prefix: keyPrefix.describe('Where the files arrive in the inbox bucket.'),
  schedule: schedule.optional().describe('When the flow runs by itself. Without it: by command alone.'),
  include: z.array(glob).min(1).default(['**']).describe('Globs on the path below `remote`; one must match.'),
  exclude: z.array(glob).default([]).describe('Globs on the path below `remote`; none may match.'),
  settled,
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
    host: z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,252})$/, 'must be a host name or an IP address'),
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
        minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2'),
        ca: pemFile.optional(),
        serverName: z.string().min(1).max(253).optional(),
        fingerprints: z.array(fingerprint).max(4).default([]),
      })
      .prefault({}),
    maxConnections: z.number().int().min(1).max(32).default(4),
    timeZone: z.union([z.literal('auto'), timeZoneName]).default('auto'),
    encoding: z.string().min(1).max(40).default('auto'),
  })
  .transform((given) => ({ ...given, port: given.port ?? (given.security === 'explicit' ? 21 : 990) }));

export const partnerFileSchema = z
  .strictObject({
    partner: partnerIdSchema,
    connection,
    flows: z.array(pullFlow).min(1).max(50),
  })
  .superRefine((file, context) => {
    for (const [index, flow] of file.flows.entries()) {
      const before = file.flows.slice(0, index);
      if (before.some((other) => other.name === flow.name)) {
        context.addIssue({
          code: 'custom',
          path: ['flows', index, 'name'],
          message: `'${flow.name}' is the name of an earlier flow`,
        });
      }
      const moveTo = typeof flow.after === 'object' ? staticDirectory(flow.after.move) : undefined;
      if (moveTo !== undefined && `${moveTo}/`.startsWith(flow.remote === '/' ? '/' : `${flow.remote}/`)) {
        context.addIssue({
          code: 'custom',
          path: ['flows', index, 'after', 'move'],
          message: `lies inside remote ${flow.remote}, so moved files would be taken again; choose a directory outside it`,
        });
      }
    }
  });

export type PartnerFile = z.infer<typeof partnerFileSchema>;
export type PullFlow = PartnerFile['flows'][number];
export type AfterTransfer = PullFlow['after'];

/** Two flows must not write under one prefix: each would take the other's objects for strangers. */
export function prefixesOverlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/** @returns milliseconds; the text has passed the schema. */
export function durationMs(text: string): number {
  const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.slice(-1)];
  if (unitMs === undefined) throw new Error(`${text} is no duration`);
  return Number(text.slice(0, -1)) * unitMs;
}

/** The part of a dated directory that has no placeholder in it: `/archive/{yyyy}/{MM}` -> `/archive`. */
function staticDirectory(path: string): string {
  const names = path.split('/');
  const dated = names.findIndex((name) => name.includes('{'));
  return (dated === -1 ? names : names.slice(0, dated)).join('/').replace(/\/$/, '');
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

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // The only way to ask: supportedValuesOf leaves out the aliases that Scheduler takes.
    return false;
  }
}
