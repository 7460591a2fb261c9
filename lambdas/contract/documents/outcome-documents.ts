import { z } from 'zod';
import type { Outcome } from '../../core/plan/outcome.ts';
import {
  fingerprintSchema,
  modifiedTimeSchema,
  objectKeySchema,
  optionalField,
  remotePathSchema,
} from './document-fields.ts';

/** The outcome of a file. */
export const outcomeSchema: z.ZodType<Outcome, unknown> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('transferred'),
    path: remotePathSchema,
    key: objectKeySchema,
    sizeBytes: z.number(),
    sha256: optionalField(z.string()),
    crc32: optionalField(z.string()),
    verification: z.enum(['size+mtime', 'size', 'crc32', 'adopted']),
    verifiedModified: optionalField(modifiedTimeSchema),
    listed: optionalField(fingerprintSchema),
    isTimeFinal: z.boolean().default(false),
    isTakenAway: optionalField(z.literal(true)),
    note: optionalField(z.string()),
  }),
  z.object({
    kind: z.literal('unchanged'),
    path: remotePathSchema,
    key: objectKeySchema,
    sizeBytes: z.number(),
    verifiedModified: optionalField(modifiedTimeSchema),
    listed: optionalField(fingerprintSchema),
    isTimeFinal: z.boolean().default(false),
  }),
  z.object({
    kind: z.literal('failed'),
    path: remotePathSchema,
    key: objectKeySchema,
    sizeBytes: optionalField(z.number()),
    error: z.custom<Extract<Outcome, { kind: 'failed' }>['error']>((value) => typeof value === 'string'),
    message: z.string(),
    transcript: z.array(z.string()).optional(),
  }),
]);

/** A line of `outcomes/*.jsonl`: the outcome of a file, and when it ended. */
export const outcomeLineSchema = z.intersection(
  outcomeSchema,
  z.object({
    at: z.iso.datetime().optional(),
    /** The duration since the first FTP command about the file; undefined if it never had a session. */
    seconds: z.number().nonnegative().optional(),
  }),
);
export type OutcomeLine = z.output<typeof outcomeLineSchema>;

/**
 * A line of `disposed/*.jsonl`: what happened to the file at the partner. `gone`: it was already gone, for
 * example after an attempt whose reply was lost. `kept`: it is another version than the transferred one.
 * `unproven`: it was kept too, because the server reports nothing that could tell another version.
 */
export const disposedLineSchema = z.object({
  path: z.string(),
  outcome: z.enum(['deleted', 'moved', 'gone', 'kept', 'unproven', 'failed']),
  detail: z.string(),
});
export type DisposedLine = z.infer<typeof disposedLineSchema>;

/** The error of a slice: `slice-errors/<upload>/<first part>.json`. */
export const sliceErrorSchema = z.object({
  error: z.custom<Extract<Outcome, { kind: 'failed' }>['error']>((value) => typeof value === 'string'),
  message: z.string(),
  /** Whether another round may succeed. */
  retryable: z.boolean(),
  /** The last commands and replies of the session, without secrets. */
  transcript: z.array(z.string()).readonly().optional(),
});
