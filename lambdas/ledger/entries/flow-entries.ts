import { GetCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { FileOrder } from '../../core/path/path-order.ts';
import type { RelativePath } from '../../core/path/relative-path.ts';
import { directoryKey, type FlowName, fileKey } from '../keys.ts';
import type { Table } from '../table.ts';

/** The entry of a file or object, as far as `verify` compares it. */
export interface FlowEntry {
  readonly order: FileOrder;
  /**
   * Below the flow's remote directory or prefix. A directory that is too long for a key is replaced by its
   * hash: `~…`.
   */
  readonly path: string;
  /** The version of a pull that is in the bucket. */
  readonly transferred: RecordedVersion | undefined;
  /** The version of a push that is at the partner, and its path there. */
  readonly delivered: (RecordedVersion & { readonly target: string }) | undefined;
}

/** A version as the ledger recorded it. */
export interface RecordedVersion {
  /** Of the object; undefined for a push, whose key is that of the entry. */
  readonly key: string | undefined;
  readonly sizeBytes: number;
  readonly etag: string;
  /** Lower-case hex; undefined where the bytes were not read in order. */
  readonly sha256: string | undefined;
  /** Base64; undefined where S3 had none. */
  readonly crc32: string | undefined;
}

const versionSchema = z.object({
  sizeBytes: z.number(),
  etag: z.string(),
  key: z.string().optional(),
  sha256: z.string().optional(),
  crc32: z.string().optional(),
});

const itemSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  name: z.string().default(''),
  transferred: versionSchema.optional(),
  delivered: versionSchema.extend({ path: z.string() }).optional(),
});

/**
 * All entries of a flow, page by page, in no useful order. It scans the whole table, a megabyte at a time,
 * which on AWS costs one read unit per 4 KB; what is held does not grow with it.
 */
export async function* scanFlowEntries(
  table: Table,
  flowName: FlowName,
): AsyncGenerator<readonly FlowEntry[]> {
  const prefix = directoryKey(flowName, '');
  const query = {
    TableName: table.name,
    FilterExpression: 'begins_with(pk, :flow)',
    ExpressionAttributeValues: { ':flow': prefix },
    ConsistentRead: true,
  };
  for await (const { Items = [] } of paginateScan({ client: table.client }, query)) {
    yield Items.map((item) => toFlowEntry(itemSchema.parse(item), prefix));
  }
}

/** The entry of one file or object; undefined where the ledger has none. A consistent read. */
export async function findFlowEntry(
  table: Table,
  flowName: FlowName,
  relativePath: RelativePath,
): Promise<FlowEntry | undefined> {
  const Key = fileKey(flowName, relativePath);
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key, ConsistentRead: true }),
  );
  const prefix = directoryKey(flowName, '');
  return Item === undefined ? undefined : toFlowEntry(itemSchema.parse(Item), prefix);
}

function toFlowEntry(item: z.infer<typeof itemSchema>, prefix: string): FlowEntry {
  const { pk, sk, name, transferred, delivered } = item;
  const directory = pk.slice(prefix.length);
  return {
    order: { directory, name: sk },
    path: directory === '' ? name : `${directory}/${name}`,
    transferred: transferred && toVersion(transferred),
    delivered: delivered && { ...toVersion(delivered), target: delivered.path },
  };
}

function toVersion({ key, sizeBytes, etag, sha256, crc32 }: z.infer<typeof versionSchema>): RecordedVersion {
  return { key, sizeBytes, etag, sha256, crc32 };
}
