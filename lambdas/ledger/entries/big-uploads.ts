import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { fencedWrite, notFenced } from '../../core/ledger/entry-rules.ts';
import type { RelativePath } from '../../core/path/relative-path.ts';
import { bigUploadKey, type FlowName } from '../keys.ts';
import type { Table } from '../table.ts';
import { deleteItemIf, writeItem } from '../write-item.ts';
import { type EntryWrite, FencedError } from './file-entries.ts';

/**
 * The open upload of a big file, which may span several invocations and runs. Its parts in S3 are the
 * checkpoint.
 */
export interface BigUpload {
  readonly uploadId: string;
  readonly key: string;
  readonly partBytes: number;
  /**
   * With `modifiedRaw`, the version that the parts belong to, by SIZE and MDTM; no MDTM where not supported.
   */
  readonly sizeBytes: number;
  readonly modifiedRaw: string | undefined;
  /** The MLSD fact `unique` of the listing, if any. */
  readonly unique: string | undefined;
}

/**
 * An entry that was not written for this long belongs to a file that was given up. The bucket's lifecycle
 * rule has removed the parts earlier.
 */
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

/** The open upload of a file; undefined if there is none. */
export async function findBigUpload(
  table: Table,
  flowName: FlowName,
  relativePath: RelativePath,
): Promise<BigUpload | undefined> {
  const Key = bigUploadKey(flowName, relativePath);
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : uploadSchema.parse(Item);
}

/** Records the open upload of a file, in place of an earlier one. @throws FencedError */
export async function recordBigUpload(
  table: Table,
  { flowName, relativePath, fence }: EntryWrite,
  upload: BigUpload & { readonly now: Date },
): Promise<void> {
  const { now, ...known } = upload;
  const expiresAt = Math.floor(now.getTime() / 1000) + keepDays * 24 * 3600;
  const absent = Object.entries(known).flatMap(([name, value]) => (value === undefined ? [name] : []));
  const set = { ...known, relativePath, expiresAt };
  const write = fencedWrite(fence, { set, remove: absent });
  const { kind } = await writeItem(table, bigUploadKey(flowName, relativePath), write);
  if (kind === 'refused') throw new FencedError(relativePath);
}

/** Removes the entry of an upload that was completed or aborted. @throws FencedError */
export async function forgetBigUpload(
  table: Table,
  { flowName, relativePath, fence }: EntryWrite,
): Promise<void> {
  const key = bigUploadKey(flowName, relativePath);
  if ((await deleteItemIf(table, key, notFenced(fence))) === 'refused') throw new FencedError(relativePath);
}
