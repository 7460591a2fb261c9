import { z } from 'zod';
import { flowIdSchema, partnerIdSchema } from '../ids.ts';

/**
 * The needed part of EventBridge's 'Object Created' event. Its key is not URL-encoded, unlike in S3 event
 * notifications.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export const objectCreatedSchema = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.literal('Object Created'),
  detail: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({
      key: z.string().min(1),
      size: z.number().int().nonnegative(),
      etag: z.string().min(1),
      'version-id': z.string().min(1),
      sequencer: z.string().regex(/^[0-9A-Fa-f]{1,64}$/),
    }),
  }),
});

/** A message of the push queue: one version of one object to deliver. */
export const deliverySchema = z.object({
  partner: partnerIdSchema,
  flow: flowIdSchema,
  key: z.string().min(1),
  versionId: z.string().min(1),
  sizeBytes: z.number().int().nonnegative(),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** The progress of a reconcile: all keys up to and including `after` are checked. */
export const reconcileCursorSchema = z.object({
  done: z.boolean(),
  after: z.string(),
  listed: z.number(),
  enqueued: z.number(),
});
export type ReconcileCursor = z.infer<typeof reconcileCursorSchema>;

/** Reconcile's input; it checks a page of keys at a time, and is invoked until `done`. */
export const reconcileInputSchema = z.object({
  partner: partnerIdSchema,
  flow: flowIdSchema,
  execution: z.object({ id: z.string().min(1), startedAt: z.coerce.date() }),
  cursor: reconcileCursorSchema,
});

export const firstReconcileCursor: ReconcileCursor = { done: false, after: '', listed: 0, enqueued: 0 };
