import { deliverySchema } from '../../contract/events/delivery.ts';
import type { PartnerId } from '../../contract/ids.ts';
import type { PushFlow } from '../../contract/partner-file/push-flow.ts';
import { keyBelow } from '../../core/path/relative-path.ts';
import { recordDeliveryError } from '../../ledger/entries/delivery-entries.ts';
import type { Table } from '../../ledger/table.ts';
import { ItemRefusedError } from '../../ledger/write-item.ts';
import type { RejectedMessage } from '../../queues/queue.ts';
import type { StepLog } from '../../runtime/log.ts';

/** An object whose delivery could not be sent to the queue, whatever happens to others. */
export interface RefusedObject {
  readonly key: string;
  /** Empty where S3 does not show it. */
  readonly versionId: string;
  /** `storage`: S3 does not show the object. `not-queued`: SQS does not take its message. */
  readonly error: 'storage' | 'not-queued';
  readonly message: string;
}

/** An object whose message SQS does not take. */
export function toRefusedObject({ message: { body }, reason }: RejectedMessage): RefusedObject {
  const { key, versionId } = deliverySchema.parse(body);
  const message = `The push queue does not take the message of this object: ${reason}. Put the object under another key.`;
  return { key, versionId, error: 'not-queued', message };
}

/** Puts the objects into `attention` and into the log. The next reconcile tries them again. */
export async function recordRefusedObjects(
  objects: readonly RefusedObject[],
  { partner, flow }: { readonly partner: PartnerId; readonly flow: PushFlow },
  {
    table,
    log,
    now,
  }: { readonly table: Table; readonly log: Pick<StepLog, 'warn'>; readonly now: () => Date },
): Promise<void> {
  for (const { key, ...failed } of objects) {
    log.warn(failed.message, { key, error: failed.error });
    const entry = { flowName: { partner, flow: flow.name }, relativePath: keyBelow(flow.prefix, key) };
    await recordDeliveryError(table, entry, { ...failed, tries: 1, failedAt: now(), isGivenUp: true }).catch(
      (cause: unknown) => {
        // The log names the object all the same, and the others go on.
        if (!(cause instanceof ItemRefusedError)) throw cause;
        log.warn(cause.message, { key });
      },
    );
  }
}
