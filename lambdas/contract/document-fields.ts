import { z } from 'zod';
import type { ObjectKey } from '../sync/object-key.ts';
import type { ModifiedTime, RemoteFile } from '../sync/remote-file.ts';
import { parseRemotePath } from '../sync/remote-path.ts';

/** What the documents of several steps say of a file. */

/** A value that JSON leaves out when it is undefined; inside, the key is always there. */
export function absent<T extends z.ZodType>(schema: T) {
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

export const remoteFileSchema: z.ZodType<RemoteFile, unknown> = z.object({
  path: remotePathSchema,
  sizeBytes: absent(z.number()),
  modified: absent(modifiedTimeSchema),
  unique: absent(z.string()),
});
