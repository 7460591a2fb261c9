import type { DeliveryRecord } from '../core/delivery/delivery-record.ts';
import { listedStep } from '../core/delivery/listed-object.ts';
import type { Bucket } from '../s3/bucket.ts';
import type { ListedObject } from '../s3/list-objects.ts';
import { currentObject } from '../s3/object-versions.ts';
import { StorageError } from '../s3/storage-error.ts';

/** How many HEAD requests for current versions are sent at once. */
export const maxConcurrentHeads = 25;

export interface RecordedObject {
  readonly object: ListedObject;
  readonly record: DeliveryRecord;
}

/**
 * The keys of the objects that are delivered in their current version. Asks S3 for the versions of those that
 * neither their ETag nor their time tells apart from the delivered one. One that S3 refuses to show does not
 * count as delivered.
 * @throws StorageError that concerns the bucket.
 */
export async function findDelivered(
  outbox: Bucket,
  objects: readonly RecordedObject[],
): Promise<ReadonlySet<string>> {
  const steps = objects.map(({ object, record }) => ({
    key: object.key,
    record,
    step: listedStep(object, record),
  }));
  const delivered = new Set(steps.filter(({ step }) => step === 'delivered').map(({ key }) => key));
  const doubtful = steps.filter(({ step }) => step === 'compare-version');
  for (let start = 0; start < doubtful.length; start += maxConcurrentHeads) {
    const compared = doubtful.slice(start, start + maxConcurrentHeads).map(async ({ key, record }) => {
      const current = await currentObject(outbox, key).catch((error: unknown) => {
        if (error instanceof StorageError && error.kind === 'object-refused') return undefined;
        throw error;
      });
      if (current?.versionId === record.delivered?.versionId) delivered.add(key);
    });
    await Promise.all(compared);
  }
  return delivered;
}
