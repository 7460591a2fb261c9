import { z } from 'zod';
import { type TransferAction, transferActionSchema } from '../../contract/documents/plan-documents.ts';
import { documentNames } from '../../contract/documents/run-folder.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { getJson, putJson } from '../../s3/documents/documents.ts';

/** A file that one invocation could not finish: the next one begins with it. */
export interface UnfinishedFile {
  readonly action: TransferAction;
  /** How many invocations have tried it. */
  readonly tries: number;
}

/** One invocation of a batch's worker. */
export interface BatchRound {
  readonly batch: { readonly index: number };
  readonly round: number;
}

const unfinishedFilesSchema = z.array(z.object({ action: transferActionSchema, tries: z.number() }));

/** The files that the previous invocation left for this one. @throws StorageError */
export async function readUnfinishedFiles(
  runs: Bucket,
  folder: string,
  at: BatchRound,
): Promise<readonly UnfinishedFile[]> {
  return (await getJson(runs, unfinishedKey(folder, at), unfinishedFilesSchema)) ?? [];
}

/** @param at the invocation that continues with the files. @throws StorageError */
export async function writeUnfinishedFiles(
  runs: Bucket,
  folder: string,
  { at, files }: { readonly at: BatchRound; readonly files: readonly UnfinishedFile[] },
): Promise<void> {
  await putJson(runs, unfinishedKey(folder, at), files);
}

function unfinishedKey(folder: string, at: BatchRound): string {
  return `${folder}${documentNames.unfinished}${batchRoundName(at)}.json`;
}

/** `000003-000001`: the part of a document's name that tells the batch and the round. */
export function batchRoundName({ batch, round }: BatchRound): string {
  return [batch.index, round].map((number) => String(number).padStart(6, '0')).join('-');
}
