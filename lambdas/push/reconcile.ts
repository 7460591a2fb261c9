import type { z } from 'zod';
import type { ReconcileCursor, reconcileInputSchema } from '../contract/delivery.ts';
import { deliveriesOfDirectory } from '../ledger/delivery-entries.ts';
import type { Table } from '../ledger/table.ts';
import type { Partners } from '../partners/partners.ts';
import { pushFlowOf } from '../partners/read-partner.ts';
import { type OrderedMessage, type Queue, sendInOrder } from '../queues/queue.ts';
import type { Deadline } from '../runtime/deadline.ts';
import type { Bucket } from '../s3/bucket.ts';
import { objectsAfter } from '../s3/list-objects.ts';
import { currentObject } from '../s3/read-object.ts';
import { deliveryPaths } from '../sync/delivery-path.ts';
import type { DeliveryRecord } from '../sync/delivery-record.ts';
import { makeSelector } from '../sync/selection.ts';
import { deliveryMessage } from './delivery-message.ts';
import { deliveryRules } from './delivery-rules.ts';

export interface ReconcileSystems {
  readonly table: Table;
  readonly outbox: Bucket;
  readonly pushQueue: Queue;
  readonly readPartner: Partners['readPartner'];
  readonly deadline: Deadline;
}

/** No page is begun when less is left of the invocation. */
const beginUntilMs = 60_000;

/**
 * Finds what an event missed: lists the prefix page by page, and has delivered what the ledger does not show as delivered in
 * its current version. Holds one page and the records of one directory, however many objects there are.
 */
export async function reconcile(
  { partner: id, flow: flowId, execution, cursor }: z.infer<typeof reconcileInputSchema>,
  systems: ReconcileSystems,
): Promise<ReconcileCursor> {
  const partner = await systems.readPartner(id);
  const flow = pushFlowOf(partner, flowId);
  const flowName = { partner: id, flow: flowId };
  const select = makeSelector(flow);
  const records = new DirectoryRecords((directory) =>
    deliveriesOfDirectory(systems.table, flowName, directory),
  );
  let { after, listed, enqueued } = cursor;
  while (systems.deadline.remainingMs() > beginUntilMs) {
    const page = await objectsAfter(systems.outbox, flow.prefix, after);
    const messages: OrderedMessage[] = [];
    for (const { key, etag } of page) {
      const relativePath = key.slice(flow.prefix.length);
      if (select(relativePath) !== 'selected') continue;
      const record = await records.of(relativePath);
      if (record?.delivered?.etag === etag) continue;
      const current = await currentObject(systems.outbox, key);
      if (current === undefined) continue;
      const paths = deliveryPaths(deliveryRules(flow), { key, versionId: current.versionId });
      const target = typeof paths === 'string' ? flow.remote : paths.target;
      const delivery = { ...flowName, key, versionId: current.versionId, sizeBytes: current.sizeBytes };
      const { maxConnections } = partner.connection;
      messages.push(
        deliveryMessage(delivery, { target, connections: maxConnections, occasion: execution.id }),
      );
    }
    await sendInOrder(systems.pushQueue, messages);
    listed += page.length;
    enqueued += messages.length;
    const last = page.at(-1);
    if (last === undefined) return { done: true, after, listed, enqueued };
    after = last.key;
  }
  return { done: false, after, listed, enqueued };
}

/** The records of the directory that the listing is in: keys are sorted, so a directory's objects mostly come together. */
class DirectoryRecords {
  readonly #read: (directory: string) => Promise<Map<string, DeliveryRecord>>;
  #directory: string | undefined;
  #records = new Map<string, DeliveryRecord>();

  constructor(read: (directory: string) => Promise<Map<string, DeliveryRecord>>) {
    this.#read = read;
  }

  async of(relativePath: string): Promise<DeliveryRecord | undefined> {
    const slash = relativePath.lastIndexOf('/');
    const directory = slash === -1 ? '' : relativePath.slice(0, slash);
    if (directory !== this.#directory) {
      this.#records = await this.#read(directory);
      this.#directory = directory;
    }
    return this.#records.get(relativePath.slice(slash + 1));
  }
}
