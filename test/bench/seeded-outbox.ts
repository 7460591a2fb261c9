import { createHash } from 'node:crypto';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { openStore } from '../../cli/local/s3/store.ts';
import { type FlowName, fileKey } from '../../lambdas/ledger/keys.ts';
import type { Table } from '../../lambdas/ledger/table.ts';
import type { DeliveredVersion } from '../../lambdas/sync/delivery-record.ts';

/** What every object of the outbox holds: what it costs to list and to look at one does not depend on its bytes. */
const content = Buffer.from('the same for all\n');
const etag = createHash('md5').update(content).digest('hex');

/** Objects written in one transaction. */
const transactionSize = 20_000;

/** A request of DynamoDB writes so many items at most. */
const itemsAtOnce = 25;

const requestsAtOnce = 8;

/** Half of the objects stand in one directory, the others in a thousand. */
export function seededPath(number: number): string {
  const name = `order-${String(number).padStart(7, '0')}.xml`;
  return number % 2 === 0 ? `all/${name}` : `shop-${(number >> 1) % 1000}/${name}`;
}

/**
 * Puts `count` objects with one blob in common straight into the index of a local S3 that is not running: by its own protocol
 * a million of them would take longer than all that is measured. The blob goes with the folder; to delete an object is not meant.
 */
export async function seedObjects(
  folder: string,
  { bucket, prefix, count }: { readonly bucket: string; readonly prefix: string; readonly count: number },
): Promise<void> {
  const now = () => new Date();
  const store = openStore({ folder, now, onEvent: () => {} });
  try {
    await using blob = store.blobs.incoming();
    await blob.write(oneChunk());
    await blob.place();
    const sizeBytes = content.length;
    const digest = createHash('sha256').update(content).digest('base64');
    const common = { bucket, modified: now(), sizeBytes, etag, headers: {}, tags: [] };
    const checksum = { algorithm: 'SHA256', type: 'FULL_OBJECT', value: digest } as const;
    for (let first = 0; first < count; first += transactionSize) {
      store.database.transaction(() => {
        for (let number = first; number < Math.min(count, first + transactionSize); number++) {
          store.objects.write({
            object: { ...common, checksum, key: `${prefix}${seededPath(number)}` },
            blobs: [{ id: blob.id, sizeBytes }],
            condition: { kind: 'none' },
            isVersioned: true,
          });
        }
      });
    }
    blob.adopt();
  } finally {
    store.database.close();
  }
}

async function* oneChunk(): AsyncGenerator<Buffer> {
  yield content;
}

/** Records the first `count` objects as delivered, each as `recordDelivered` does, but many in a request. */
export async function seedDeliveries(
  table: Table,
  { flowName, count }: { readonly flowName: FlowName; readonly count: number },
): Promise<void> {
  let next = 0;
  const write = async () => {
    while (next < count) {
      const numbers = Array.from({ length: Math.min(itemsAtOnce, count - next) }, (_, index) => next + index);
      next += numbers.length;
      const requests = numbers.map((number) => ({ PutRequest: { Item: deliveredItem(flowName, number) } }));
      const { UnprocessedItems = {} } = await table.client.send(
        new BatchWriteCommand({ RequestItems: { [table.name]: requests } }),
      );
      if (Object.keys(UnprocessedItems).length > 0) throw new Error('The table has put items off.');
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, write));
}

function deliveredItem(flowName: FlowName, number: number): Readonly<Record<string, unknown>> {
  const relativePath = seededPath(number);
  const delivered: DeliveredVersion = {
    versionId: `version-${number}`,
    etag: `"${etag}"`,
    sizeBytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    path: `/files/${relativePath}`,
    verification: 'size',
    doubt: undefined,
    deliveredAt: new Date(),
  };
  const name = relativePath.slice(relativePath.lastIndexOf('/') + 1);
  return {
    ...fileKey(flowName, relativePath),
    name,
    delivered: { ...delivered, deliveredAt: delivered.deliveredAt.toISOString() },
  };
}
