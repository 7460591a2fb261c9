import { outcomeSchema } from '../../contract/documents/outcome-documents.ts';
import { toDisposeLineSchema } from '../../contract/documents/plan-documents.ts';
import { documentNames } from '../../contract/documents/run-folder.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { readLinesFrom } from '../../s3/documents/line-reader.ts';
import { type ListedObject, listObjectsAfter } from '../../s3/list-objects.ts';
import type { ImportedFile } from './dispose-file.ts';

/** A file to dispose, and the cursor of what follows it: bytes of all documents, one after the other. */
export interface PositionedFile {
  readonly file: ImportedFile;
  readonly next: number;
}

const sources: readonly {
  readonly folder: string;
  readonly parse: (line: unknown) => ImportedFile | undefined;
}[] = [
  { folder: documentNames.outcomes, parse: fromOutcome },
  { folder: documentNames.toDispose, parse: fromPlan },
];

/**
 * The files to dispose: those of this run's outcomes, then those that earlier runs left. The order is the
 * same in every invocation.
 * @param start the cursor to begin at. @throws StorageError
 */
export async function* importedFiles(
  runs: Bucket,
  folder: string,
  start: number,
): AsyncGenerator<PositionedFile> {
  let before = 0;
  for (const { folder: name, parse } of sources) {
    for await (const { key, etag, sizeBytes: bytes } of documentsUnder(runs, `${folder}${name}`)) {
      const fromByte = Math.max(0, start - before);
      if (fromByte < bytes) {
        for await (const { text, end } of readLinesFrom(runs, { key, etag, bytes }, fromByte)) {
          const file = parse(JSON.parse(text));
          if (file !== undefined) yield { file, next: before + end };
        }
      }
      before += bytes;
    }
  }
}

async function* documentsUnder(runs: Bucket, prefix: string): AsyncGenerator<ListedObject> {
  for (let page = await listObjectsAfter(runs, prefix, ''); page.length > 0; ) {
    yield* page;
    page = await listObjectsAfter(runs, prefix, page.at(-1)?.key ?? '');
  }
}

/**
 * A file that failed is not in the bucket, and stays at the partner. One that the partner removed once it was
 * read is gone; what has its name by now is another one.
 */
function fromOutcome(line: unknown): ImportedFile | undefined {
  const outcome = outcomeSchema.parse(line);
  if (outcome.kind === 'failed') return undefined;
  return outcome.kind === 'transferred' && outcome.isTakenAway ? undefined : outcome;
}

function fromPlan(line: unknown): ImportedFile | undefined {
  const { file, ...recorded } = toDisposeLineSchema.parse(line);
  const { path, sizeBytes } = file;
  return sizeBytes === undefined ? undefined : { ...recorded, path, sizeBytes };
}
