import type { Delivery } from '../../contract/events/delivery.ts';
import type { PartnerFile } from '../../contract/partner-file/partner-file.ts';
import type { PushFlow } from '../../contract/partner-file/push-flow.ts';
import { deliveryPaths } from '../../core/delivery/delivery-path.ts';
import type { CurrentVersion } from '../../core/delivery/delivery-step.ts';
import { hiddenVersion } from '../../core/delivery/hidden-version.ts';
import { type Queue, sendInOrder } from '../../queues/queue.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { currentObject, deleteCurrent, listVersions, tagVersion } from '../../s3/object-versions.ts';
import { deliveryMessage } from '../delivery-message.ts';
import type { HeldDelivery } from './held-delivery.ts';

interface DisposeContext {
  readonly dependencies: { readonly outbox: Bucket; readonly pushQueue: Queue; readonly now: () => Date };
  readonly delivery: Delivery;
  readonly partner: PartnerFile;
  readonly flow: PushFlow;
  readonly held: HeldDelivery;
}

/**
 * The object's current version; also one that the deletion of a delivered version has hidden.
 * @throws StorageError
 */
export async function findCurrent({
  dependencies: { outbox },
  delivery: { key },
  held: { record },
}: DisposeContext): Promise<CurrentVersion | undefined> {
  const current = await currentObject(outbox, key);
  if (current !== undefined || record.disposing === undefined) return current;
  return hiddenVersion(await listVersions(outbox, key), record.disposing);
}

/** Applies the flow's setting `after` to the delivered version. Idempotent. @throws StorageError */
export async function disposeObject(context: DisposeContext, object: CurrentVersion): Promise<void> {
  const { dependencies, flow, delivery } = context;
  const { outbox, now } = dependencies;
  const { key, versionId } = delivery;
  if (flow.after === 'tag')
    await tagVersion(outbox, { key, versionId }, { Key: 'ftps-sync:delivered', Value: now().toISOString() });
  if (flow.after === 'delete') await deleteObject(context, object);
}

/**
 * Puts a delete marker on the object while the lease keeps other workers from looking at it. A newer version
 * may be put at any moment, and S3 compares only its ETag: if it has the same bytes and the marker hides it,
 * it is sent like a missed one, and stays the current version for its delivery.
 */
async function deleteObject(context: DisposeContext, { etag }: CurrentVersion): Promise<void> {
  const { dependencies, delivery, partner, flow, held } = context;
  const { outbox, pushQueue } = dependencies;
  const { key, versionId } = delivery;
  await held.recordDisposing({ versionId, etag });
  if ((await currentObject(outbox, key))?.versionId === versionId) await deleteCurrent(outbox, { key, etag });
  const hidden = hiddenVersion(await listVersions(outbox, key), { versionId, etag });
  if (hidden === undefined) return held.recordDisposed();
  const paths = deliveryPaths(flow, { key, versionId });
  const target = typeof paths === 'string' ? flow.remote : paths.target;
  const { maxConnections: connections } = partner.connection;
  const { versionId: hiddenId, sizeBytes } = hidden;
  const message = { ...delivery, versionId: hiddenId, sizeBytes };
  await sendInOrder(pushQueue, [
    deliveryMessage(message, { target, connections, occasion: `hidden by ${versionId}` }),
  ]);
}
