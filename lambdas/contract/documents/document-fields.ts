import { z } from 'zod';
import type { Fingerprint } from '../../core/listing/fingerprint.ts';
import type { ModifiedTime, RemoteFile } from '../../core/listing/remote-file.ts';
import type { ObjectKey } from '../../core/path/object-key.ts';
import { parseRemotePath } from '../../core/path/remote-path.ts';

/** A field that JSON omits if it is undefined; in the parsed value the key is always present. */
export function optionalField<T extends z.ZodType>(schema: T) {
  return schema.optional().transform((value) => value);
}

export const remotePathSchema = z.string().transform(parseRemotePath);
export const objectKeySchema = z.string().transform((key) => key as ObjectKey);

export const modifiedTimeSchema: z.ZodType<ModifiedTime> = z.object({
  raw: z.string(),
  wallClock: z.string(),
  precision: z.enum(['second', 'minute', 'day']),
  clock: z.enum(['utc', 'server']),
});

const fingerprintFields = {
  sizeBytes: optionalField(z.number()),
  modified: optionalField(modifiedTimeSchema),
  unique: optionalField(z.string()),
};

export const fingerprintSchema: z.ZodType<Fingerprint, unknown> = z.object(fingerprintFields);

export const remoteFileSchema: z.ZodType<RemoteFile, unknown> = z.object({
  path: remotePathSchema,
  ...fingerprintFields,
});
