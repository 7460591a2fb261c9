import { createHash } from 'node:crypto';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { DeliveredVersion } from '../../../lambdas/core/delivery/delivery-record.ts';
import { parseRelativePath } from '../../../lambdas/core/path/relative-path.ts';
import { type FlowName, fileKey } from '../../../lambdas/ledger/keys.ts';
import type { Table } from '../../../lambdas/ledger/table.ts';
import { openStore } from '../../../local/s3/store/store.ts';

/** The content of every object. The cost of listing and checking an object does not depend on it. */
const content = Buffer.from('the same for all\n');
const etag = createHash('md5').update(content).digest('hex');

/** Objects per transaction. */
const transactionSize = 20_000;

/** The maximum of BatchWriteItem. */
const itemsAtOnce = 25;

const requestsAtOnce = 8;

/** When every object was put. */
const seededAt = new Date('2026-11-20T02:15:00Z');

/** Half of the objects are in one directory, the others in a thousand. */
function seededPath(number: number): string {
  const name = `order-${String(number).padStart(7, '0')}.xml`;
  return number % 2 === 0 ? `all/${name}` : `shop-${(number >> 1) % 1000}/${name}`;
}

/**
 * Writes `count` objects that share one blob directly into the index of a local S3 that is not running. By
 * the S3 protocol a million of them would take longer than the measurement. Objects must not be deleted one
 * by one.
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
    const common = { bucket, modified: seededAt, sizeBytes, etag, headers: {}, tags: [] };
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

/** Records the first `count` objects as delivered, like `recordDelivered`, but many in a request. */
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
      if (Object.keys(UnprocessedItems).length > 0) throw new Error('BatchWriteItem left items unprocessed.');
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, write));
}

function deliveredItem(flowName: FlowName, number: number): Readonly<Record<string, unknown>> {
  const relativePath = seededPath(number);
  const delivered: DeliveredVersion = {
    versionId: `version-${number}`,
    etag: `"${etag}"`,
    modifiedAt: seededAt,
    sizeBytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    path: `/files/${relativePath}`,
    verification: 'size',
    doubt: undefined,
    deliveredAt: new Date(),
  };
  const name = relativePath.slice(relativePath.lastIndexOf('/') + 1);
  return {
    ...fileKey(flowName, parseRelativePath(relativePath)),
    name,
    delivered: {
      ...delivered,
      modifiedAt: seededAt.toISOString(),
      deliveredAt: delivered.deliveredAt.toISOString(),
    },
  };
}
