import { randomBytes } from 'node:crypto';
import { localAccount } from '../account/local-account.ts';
import type { ObjectCreated } from '../s3/store/store.ts';
import type { NewEvent } from './event-bus.ts';

/**
 * The event that Amazon S3 sends for a new object. The key is not URL-encoded: only S3 notifications without
 * EventBridge encode it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function objectCreatedEvent(created: ObjectCreated, time: Date): NewEvent {
  const { bucket, key, sizeBytes, etag, versionId, sequencer, reason } = created;
  return {
    source: 'aws.s3',
    detailType: 'Object Created',
    resources: [`arn:aws:s3:::${bucket}`],
    time,
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: {
        key,
        size: sizeBytes,
        etag,
        ...(versionId === undefined ? {} : { 'version-id': versionId }),
        sequencer,
      },
      'request-id': randomBytes(8).toString('hex').toUpperCase(),
      requester: localAccount,
      'source-ip-address': '127.0.0.1',
      reason,
    },
  };
}
