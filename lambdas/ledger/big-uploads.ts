import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type EntryWrite, FencedError } from './file-entries.ts';
import { bigUploadKey, type FlowName } from './keys.ts';
import type { Table } from './table.ts';
import { updateItem } from './update-item.ts';

/** The upload of a big file that is under way, over as many invocations and runs as it takes. Its parts are the checkpoint. */
export interface BigUpload {
  readonly uploadId: string;
  readonly key: string;
  readonly partBytes: number;
  /** The version that its parts are of, as SIZE and MDTM tell it; without MDTM where the server has none. */
  readonly sizeBytes: number;
  readonly modifiedRaw: string | undefined;
  /** The MLSD `unique` fact of the listing, where there is one. */
  readonly unique: string | undefined;
}

/** An entry that nobody has written for so long is of a file that will not come again; the bucket has removed the parts before. */
const keepDays = 30;

const uploadSchema = z
  .object({
    uploadId: z.string(),
    key: z.string(),
    partBytes: z.number(),
    sizeBytes: z.number(),
    modifiedRaw: z.string().optional(),
    unique: z.string().optional(),
  })
  .transform((read): BigUpload => ({ ...read, modifiedRaw: read.modifiedRaw, unique: read.unique }));

/** Undefined where none is known for this file. */
export async function findBigUpload(
  table: Table,
  flowName: FlowName,
  relativePath: string,
): Promise<BigUpload | undefined> {
  const Key = bigUploadKey(flowName, relativePath);
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : uploadSchema.parse(Item);
}

/** In the place of the one that was known for this file. @throws FencedError */
export async function recordBigUpload(
  table: Table,
  { flowName, relativePath, fence }: EntryWrite,
  upload: BigUpload & { readonly now: Date },
): Promise<void> {
  const { now, ...known } = upload;
  const expiresAt = Math.floor(now.getTime() / 1000) + keepDays * 24 * 3600;
  const absent = Object.entries(known).flatMap(([name, value]) => (value === undefined ? [name] : []));
  await unlessFenced(relativePath, () =>
    updateItem(table, bigUploadKey(flowName, relativePath), {
      set: { ...known, relativePath, fence, expiresAt },
      remove: absent,
      condition: { expression: notFenced, values: { ':fence': fence } },
    }),
  );
}

/** It was completed or aborted. @throws FencedError */
export async function forgetBigUpload(
  table: Table,
  { flowName, relativePath, fence }: EntryWrite,
): Promise<void> {
  await unlessFenced(relativePath, () =>
    table.client.send(
      new DeleteCommand({
        TableName: table.name,
        Key: bigUploadKey(flowName, relativePath),
        ConditionExpression: notFenced,
        ExpressionAttributeValues: { ':fence': fence },
      }),
    ),
  );
}

const notFenced = 'attribute_not_exists(fence) OR fence <= :fence';

async function unlessFenced(relativePath: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) throw new FencedError(relativePath, cause);
    throw cause;
  }
}
