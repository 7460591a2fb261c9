import { z } from 'zod';
import { modifiedTimeSchema } from '../../contract/documents/document-fields.ts';
import type { Fingerprint } from '../../core/listing/fingerprint.ts';
import type { ObjectKey } from '../../core/path/object-key.ts';
import type { FileRecord, LastError, Observation, TransferredVersion } from '../../core/plan/file-record.ts';
import { replayMarkSchema } from './replay-marks.ts';

/** The item of a file in the table. Dates are ISO-8601 texts. */
const fingerprintSchema = z.object({
  sizeBytes: z.number().optional(),
  modified: modifiedTimeSchema.optional(),
  unique: z.string().optional(),
});

const transferredSchema = z.object({
  fingerprint: fingerprintSchema,
  key: z.string(),
  sizeBytes: z.number(),
  sha256: z.string().optional(),
  crc32: z.string().optional(),
  verifiedModified: modifiedTimeSchema.optional(),
  isTimeFinal: z.boolean().default(false),
  doneFile: fingerprintSchema.optional(),
  etag: z.string(),
  versionId: z.string().optional(),
  isReplaced: z.boolean(),
  runId: z.string(),
  transferredAt: z.coerce.date(),
});

const observationSchema = z.object({
  fingerprint: fingerprintSchema,
  firstSeenAt: z.coerce.date(),
  runs: z.number(),
  lastRunId: z.string(),
});

const lastErrorSchema = z.object({
  fingerprint: fingerprintSchema,
  error: z.string(),
  message: z.string(),
  attempts: z.number(),
  failedAt: z.coerce.date(),
});

const itemSchema = z.object({
  name: z.string(),
  transferred: transferredSchema.optional(),
  observation: observationSchema.optional(),
  lastError: lastErrorSchema.optional(),
  replay: replayMarkSchema.optional(),
});

/** Parses an item of the table. @throws ZodError if it is not a file of a pull. */
export function fromFileItem(item: unknown): { readonly name: string; readonly record: FileRecord } {
  const { name, transferred, observation, lastError, replay } = itemSchema.parse(item);
  return {
    name,
    record: {
      transferred: transferred && {
        ...transferred,
        key: transferred.key as ObjectKey,
        fingerprint: toFingerprint(transferred.fingerprint),
        sha256: transferred.sha256,
        crc32: transferred.crc32,
        verifiedModified: transferred.verifiedModified,
        versionId: transferred.versionId,
        doneFile: transferred.doneFile && toFingerprint(transferred.doneFile),
      },
      observation: observation && { ...observation, fingerprint: toFingerprint(observation.fingerprint) },
      lastError: lastError && { ...lastError, fingerprint: toFingerprint(lastError.fingerprint) },
      replay,
    },
  };
}

export function toTransferredItem(transferred: TransferredVersion): z.input<typeof transferredSchema> {
  return { ...transferred, transferredAt: transferred.transferredAt.toISOString() };
}

export function toObservation(observation: Observation): z.input<typeof observationSchema> {
  return { ...observation, firstSeenAt: observation.firstSeenAt.toISOString() };
}

export function toLastErrorItem(lastError: LastError): z.input<typeof lastErrorSchema> {
  return { ...lastError, failedAt: lastError.failedAt.toISOString() };
}

function toFingerprint(fingerprint: z.infer<typeof fingerprintSchema>): Fingerprint {
  return { sizeBytes: fingerprint.sizeBytes, modified: fingerprint.modified, unique: fingerprint.unique };
}
