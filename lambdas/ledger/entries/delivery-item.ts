import { z } from 'zod';
import type { StagedFile } from '../../core/delivery/delivery-lease.ts';
import {
  type DeliveredVersion,
  type DeliveryRecord,
  deliveryVerifications,
  type StartedRename,
  type TargetStat,
} from '../../core/delivery/delivery-record.ts';
import type { UploadCheckpoint } from '../../core/delivery/resume-upload.ts';
import type { ItemKey } from '../keys.ts';
import { replayMarkSchema } from './replay-marks.ts';

const targetSchema = z
  .object({ sizeBytes: z.number().optional(), modified: z.string().optional() })
  .transform(({ sizeBytes, modified }): TargetStat => ({ sizeBytes, modified }));

const stagedSchema = z.object({
  path: z.string(),
  versionId: z.string(),
  companion: z.string().optional(),
});

/** A lease whose answer was lost is asked for again, and appends its name once more. */
function withoutRepeats(staged: readonly StagedFile[]): readonly StagedFile[] {
  return [...new Map(staged.map((each) => [each.path, each])).values()];
}

/** The item of a delivery in the table. Dates are ISO-8601 texts. */
const itemSchema = z
  .object({
    pk: z.string(),
    sk: z.string(),
    name: z.string(),
    claimed: z.object({ sequencer: z.string(), versionId: z.string() }).optional(),
    renaming: z
      .object({
        versionId: z.string(),
        at: z.coerce.date(),
        staging: z.string().optional(),
        before: targetSchema.optional(),
        staged: targetSchema.optional(),
        write: z
          .object({ sizeBytes: z.number(), until: z.coerce.date(), isBeforeOurs: z.boolean() })
          .optional(),
      })
      .transform((read): StartedRename => {
        const { staging, before, staged } = read;
        return { ...read, staging, before, staged };
      })
      .optional(),
    upload: z
      .object({
        versionId: z.string(),
        staging: z.string().optional(),
        reachedBytes: z.number(),
        stalledInvocations: z.number(),
        closedBytes: z.number().optional(),
        restart: z.enum(['proven', 'refused']).optional(),
        append: z.literal('refused').optional(),
      })
      .transform((read): UploadCheckpoint => {
        const { staging, closedBytes, restart, append } = read;
        return { ...read, staging, closedBytes, restart, append };
      })
      .optional(),
    staged: z.array(stagedSchema).default([]).transform(withoutRepeats),
    delivered: z
      .object({
        versionId: z.string(),
        etag: z.string(),
        modifiedAt: z.coerce.date().optional(),
        sizeBytes: z.number(),
        sha256: z.string().optional(),
        path: z.string(),
        modified: z.string().optional(),
        verification: z.enum(deliveryVerifications),
        doubt: z.literal('possible-duplicate').optional(),
        deliveredAt: z.coerce.date(),
      })
      .transform((read): DeliveredVersion => {
        const { sha256, doubt, modifiedAt } = read;
        return { ...read, sha256, doubt, modifiedAt };
      })
      .optional(),
    disposing: z.object({ versionId: z.string(), etag: z.string() }).optional(),
    lastError: z
      .object({
        versionId: z.string(),
        error: z.string(),
        message: z.string(),
        tries: z.number(),
        failedAt: z.coerce.date(),
        nextTryAt: z.coerce.date().optional(),
        isGivenUp: z.boolean().optional(),
        transcript: z.array(z.string()).optional(),
      })
      .optional(),
    tooSmall: z.object({ versionId: z.string(), sizeBytes: z.number(), at: z.coerce.date() }).optional(),
    replay: replayMarkSchema.optional(),
  })
  .transform(({ pk, sk, name, ...record }) => {
    const { claimed, renaming, upload, staged, delivered, disposing, lastError, tooSmall, replay } = record;
    const read: DeliveryRecord = {
      claimed,
      renaming,
      upload,
      staged,
      delivered,
      disposing,
      lastError,
      tooSmall,
      replay,
    };
    return { key: { pk, sk }, name, record: read };
  });

export interface DeliveryItem {
  readonly key: ItemKey;
  /** The last part of the object's key. */
  readonly name: string;
  readonly record: DeliveryRecord;
}

/** Parses an item of the table. @throws ZodError if it is not an object of a push. */
export function fromDeliveryItem(item: unknown): DeliveryItem {
  return itemSchema.parse(item);
}
