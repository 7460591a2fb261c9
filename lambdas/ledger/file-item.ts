import { z } from 'zod';
import { modifiedTimeSchema } from '../contract/document-fields.ts';
import type { Failure, FileRecord, Sighting, TakenVersion } from '../sync/file-record.ts';
import type { Fingerprint } from '../sync/fingerprint.ts';
import type { ObjectKey } from '../sync/object-key.ts';
import { replayMarkSchema } from './replay-marks.ts';

/** How a file's record stands in the table. Dates are ISO-8601 text there. */
const fingerprintSchema = z.object({
  sizeBytes: z.number().optional(),
  modified: modifiedTimeSchema.optional(),
  unique: z.string().optional(),
});

const takenSchema = z.object({
  fingerprint: fingerprintSchema,
  key: z.string(),
  sizeBytes: z.number(),
  sha256: z.string().optional(),
  crc32: z.string().optional(),
  verifiedModified: modifiedTimeSchema.optional(),
  etag: z.string(),
  versionId: z.string().optional(),
  isReplaced: z.boolean(),
  runId: z.string(),
  takenAt: z.coerce.date(),
});

const sightingSchema = z.object({
  fingerprint: fingerprintSchema,
  firstSeenAt: z.coerce.date(),
  runs: z.number(),
  lastRunId: z.string(),
});

const failureSchema = z.object({
  fingerprint: fingerprintSchema,
  fault: z.string(),
  message: z.string(),
  attempts: z.number(),
  failedAt: z.coerce.date(),
});

const itemSchema = z.object({
  name: z.string(),
  taken: takenSchema.optional(),
  sighting: sightingSchema.optional(),
  failure: failureSchema.optional(),
  replay: replayMarkSchema.optional(),
});

/** Reads an item of the table. @throws ZodError where it is no file of a pull. */
export function fromItem(item: unknown): { readonly name: string; readonly record: FileRecord } {
  const { name, taken, sighting, failure, replay } = itemSchema.parse(item);
  return {
    name,
    record: {
      taken: taken && {
        ...taken,
        key: taken.key as ObjectKey,
        fingerprint: whole(taken.fingerprint),
        sha256: taken.sha256,
        crc32: taken.crc32,
        verifiedModified: taken.verifiedModified,
        versionId: taken.versionId,
      },
      sighting: sighting && { ...sighting, fingerprint: whole(sighting.fingerprint) },
      failure: failure && { ...failure, fingerprint: whole(failure.fingerprint) },
      replay,
    },
  };
}

export function toTaken(taken: TakenVersion): z.input<typeof takenSchema> {
  return { ...taken, takenAt: taken.takenAt.toISOString() };
}

export function toSighting(sighting: Sighting): z.input<typeof sightingSchema> {
  return { ...sighting, firstSeenAt: sighting.firstSeenAt.toISOString() };
}

export function toFailure(failure: Failure): z.input<typeof failureSchema> {
  return { ...failure, failedAt: failure.failedAt.toISOString() };
}

function whole(fingerprint: z.infer<typeof fingerprintSchema>): Fingerprint {
  return { sizeBytes: fingerprint.sizeBytes, modified: fingerprint.modified, unique: fingerprint.unique };
}
