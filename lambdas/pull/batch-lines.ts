import { type TransferAction, transferActionSchema } from '../contract/plan-documents.ts';
import { documentNames, numbered } from '../contract/run-folder.ts';
import type { Batch } from '../contract/workflow.ts';
import type { Bucket } from '../s3/bucket.ts';
import { linesOfRange } from '../s3/lines-of-range.ts';
import type { Carried } from './carried.ts';

/** A file to work on, and how far into the batch the one behind it stands; undefined of one that was carried over. */
export interface BatchLine {
  readonly action: TransferAction;
  /** Invocations that have tried it before this one. */
  readonly tries: number;
  readonly next: number | undefined;
}

/** What an invocation works on: what the one before it was cut off at, then the batch from there on. @param next in bytes. */
export async function* batchLines(
  { runs, folder, batch }: { readonly runs: Bucket; readonly folder: string; readonly batch: Batch },
  carried: readonly Carried[],
  next: number,
): AsyncGenerator<BatchLine> {
  for (const { action, tries } of carried) yield { action, tries, next: undefined };
  const document = {
    key: `${folder}${documentNames.manifest}${numbered(batch.document)}`,
    bytes: batch.offset + batch.length,
    etag: undefined,
  };
  for await (const { text, end } of linesOfRange(runs, document, batch.offset + next)) {
    const action = transferActionSchema.parse(JSON.parse(text));
    yield { action, tries: 0, next: end - batch.offset };
  }
}
