import { z } from 'zod';
import { type TransferAction, transferActionSchema } from '../contract/plan-documents.ts';
import { documentNames } from '../contract/run-folder.ts';
import type { Bucket } from '../s3/bucket.ts';
import { getJson, putJson } from '../s3/documents.ts';

/** A file that the end of an invocation cut off, with how many have tried it: it is the first thing the next one does. */
export interface Carried {
  readonly action: TransferAction;
  readonly tries: number;
}

/** Which invocation of a batch's worker. */
export interface BatchRound {
  readonly batch: { readonly index: number };
  readonly round: number;
}

const carriedSchema = z.array(z.object({ action: transferActionSchema, tries: z.number() }));

/** What the invocation before has left for this one. @throws StorageError */
export async function carriedInto(runs: Bucket, folder: string, at: BatchRound): Promise<readonly Carried[]> {
  return (await getJson(runs, carriedKey(folder, at), carriedSchema)) ?? [];
}

/** @param at the invocation that is to take them up. @throws StorageError */
export async function carryInto(
  runs: Bucket,
  folder: string,
  { at, left }: { readonly at: BatchRound; readonly left: readonly Carried[] },
): Promise<void> {
  await putJson(runs, carriedKey(folder, at), left);
}

function carriedKey(folder: string, at: BatchRound): string {
  return `${folder}${documentNames.carried}${batchRoundName(at)}.json`;
}

/** `000003-000001`: names what an invocation of a batch's worker writes. */
export function batchRoundName({ batch, round }: BatchRound): string {
  return [batch.index, round].map((number) => String(number).padStart(6, '0')).join('-');
}
