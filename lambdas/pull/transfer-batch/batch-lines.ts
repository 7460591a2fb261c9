import { type TransferAction, transferActionSchema } from '../../contract/documents/plan-documents.ts';
import { documentNames, numbered } from '../../contract/documents/run-folder.ts';
import type { Batch } from '../../contract/workflow.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { readLinesFrom } from '../../s3/documents/line-reader.ts';
import type { UnfinishedFile } from './unfinished-files.ts';

/** A file of a batch. */
export interface BatchLine {
  readonly action: TransferAction;
  /** How many earlier invocations have tried it. */
  readonly tries: number;
  /** Where the following line begins in the batch, in bytes; undefined for an unfinished file. */
  readonly next: number | undefined;
}

/**
 * The files of one invocation: those that the previous one could not finish, then the rest of the batch.
 * @param next where the rest begins, in bytes.
 */
export async function* batchLines(
  { runs, folder, batch }: { readonly runs: Bucket; readonly folder: string; readonly batch: Batch },
  unfinished: readonly UnfinishedFile[],
  next: number,
): AsyncGenerator<BatchLine> {
  for (const { action, tries } of unfinished) yield { action, tries, next: undefined };
  const document = {
    key: `${folder}${documentNames.manifest}${numbered(batch.document)}`,
    bytes: batch.offset + batch.length,
    etag: undefined,
  };
  for await (const { text, end } of readLinesFrom(runs, document, batch.offset + next)) {
    const action = transferActionSchema.parse(JSON.parse(text));
    yield { action, tries: 0, next: end - batch.offset };
  }
}
