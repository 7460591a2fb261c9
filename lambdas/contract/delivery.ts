import { z } from 'zod';
import { flowIdSchema, partnerIdSchema } from './ids.ts';

/**
 * EventBridge's 'Object Created', as far as it is needed. The key is not URL-encoded here, unlike in S3's own notifications:
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

/** A message of the push queue: one version of one object that the partner is to get. */
export const deliverySchema = z.object({
  partner: partnerIdSchema,
  flow: flowIdSchema,
  key: z.string().min(1),
  versionId: z.string().min(1),
  sizeBytes: z.number().int().nonnegative(),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** How far a reconcile has come: everything up to `after` was looked at. */
export const reconcileCursorSchema = z.object({
  done: z.boolean(),
  after: z.string(),
  listed: z.number(),
  enqueued: z.number(),
});
export type ReconcileCursor = z.infer<typeof reconcileCursorSchema>;

/** Reconcile's input and answer: a page of the prefix at a time, until `done`. */
export const reconcileInputSchema = z.object({
  partner: partnerIdSchema,
  flow: flowIdSchema,
  execution: z.object({ id: z.string().min(1), startedAt: z.coerce.date() }),
  cursor: reconcileCursorSchema,
});

export const firstReconcileCursor: ReconcileCursor = { done: false, after: '', listed: 0, enqueued: 0 };
