import { z } from 'zod';
import type { BegunRename, DeliveredVersion, DeliveryRecord, TargetLook } from '../sync/delivery-record.ts';
import type { UploadMark } from '../sync/resume-upload.ts';
import type { ItemKey } from './keys.ts';
import { replayMarkSchema } from './replay-marks.ts';

const lookSchema = z
  .object({ sizeBytes: z.number().optional(), modified: z.string().optional() })
  .transform(({ sizeBytes, modified }): TargetLook => ({ sizeBytes, modified }));

/** How a delivery's record stands in the table. Dates are ISO-8601 text there. */
const itemSchema = z
  .object({
    pk: z.string(),
    sk: z.string(),
    name: z.string(),
    claimed: z.object({ sequencer: z.string(), versionId: z.string() }).optional(),
    renaming: z
      .object({ versionId: z.string(), at: z.coerce.date(), before: lookSchema.optional() })
      .transform((read): BegunRename => ({ ...read, before: read.before }))
      .optional(),
    upload: z
      .object({
        versionId: z.string(),
        reachedBytes: z.number(),
        idle: z.number(),
        endedBytes: z.number().optional(),
        restart: z.enum(['proved', 'refused']).optional(),
        append: z.literal('refused').optional(),
      })
      .transform((read): UploadMark => {
        const { endedBytes, restart, append } = read;
        return { ...read, endedBytes, restart, append };
      })
      .optional(),
    delivered: z
      .object({
        versionId: z.string(),
        etag: z.string(),
        sizeBytes: z.number(),
        sha256: z.string().optional(),
        path: z.string(),
        verification: z.enum(['size+hash', 'size', 'looked']),
        doubt: z.literal('perhaps-twice').optional(),
        deliveredAt: z.coerce.date(),
      })
      .transform((read): DeliveredVersion => ({ ...read, sha256: read.sha256, doubt: read.doubt }))
      .optional(),
    failure: z
      .object({
        versionId: z.string(),
        fault: z.string(),
        message: z.string(),
        tries: z.number(),
        failedAt: z.coerce.date(),
        dialogue: z.array(z.string()).optional(),
      })
      .optional(),
    replay: replayMarkSchema.optional(),
  })
  .transform(({ pk, sk, name, claimed, renaming, upload, delivered, failure, replay }) => {
    const record: DeliveryRecord = { claimed, renaming, upload, delivered, failure, replay };
    return { key: { pk, sk }, name, record };
  });

export interface DeliveryItem {
  readonly key: ItemKey;
  /** The last part of the object's key. */
  readonly name: string;
  readonly record: DeliveryRecord;
}

/** Reads an item of the table. @throws ZodError where it is no object of a push. */
export function fromDeliveryItem(item: unknown): DeliveryItem {
  return itemSchema.parse(item);
}
