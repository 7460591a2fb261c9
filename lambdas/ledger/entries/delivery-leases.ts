import type { DeliveryLease, StagedFile } from '../../core/delivery/delivery-lease.ts';
import type { DeliveryRecord } from '../../core/delivery/delivery-record.ts';
import { takeDeliveryWrite } from '../../core/ledger/delivery-rules.ts';
import { fileKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { writeItem } from '../write-item.ts';
import { type DeliveryName, deliveryBaseName } from './delivery-entries.ts';
import { fromDeliveryItem } from './delivery-item.ts';

export interface DeliveryLeaseRequest extends DeliveryLease {
  readonly now: Date;
  /**
   * The staging file that the try may write, recorded before it exists, so that the next try can remove it;
   * undefined if the object has no valid name at the partner.
   */
  readonly staging: StagedFile | undefined;
}

/**
 * Takes the lease of an object in one conditional write, which is also the read of its record. A lease that
 * is over can be taken, and that of the same message: a queue hands a message out again only after the
 * invocation that had it.
 * @returns the record as it is with the lease; `busy`: another worker has it.
 */
export async function takeDelivery(
  table: Table,
  delivery: DeliveryName,
  { attempt, message, until, now, staging }: DeliveryLeaseRequest,
): Promise<DeliveryRecord | 'busy'> {
  const write = takeDeliveryWrite({
    attempt,
    message,
    nowMs: now.getTime(),
    untilMs: until.getTime(),
    staging,
    name: deliveryBaseName(delivery),
  });
  const { kind, item } = await writeItem(table, fileKey(delivery.flowName, delivery.relativePath), write);
  return kind === 'refused' ? 'busy' : fromDeliveryItem(item).record;
}
