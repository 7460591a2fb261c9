import { outcomeSchema } from '../contract/outcome-documents.ts';
import { toClearLineSchema } from '../contract/plan-documents.ts';
import { documentNames } from '../contract/run-folder.ts';
import type { Bucket } from '../s3/bucket.ts';
import { linesOfRange } from '../s3/lines-of-range.ts';
import { type ListedObject, objectsAfter } from '../s3/list-objects.ts';
import type { TakenFile } from './clear-file.ts';

/** A file that may be cleared, and how many bytes of all documents stand before what follows it. */
export interface PlacedFile {
  readonly file: TakenFile;
  readonly next: number;
}

const readings: readonly {
  readonly folder: string;
  readonly read: (line: unknown) => TakenFile | undefined;
}[] = [
  { folder: documentNames.outcomes, read: takenNow },
  { folder: documentNames.toClear, read: takenBefore },
];

/**
 * What may be cleared, always in the same order: this run's outcomes, then what earlier runs left.
 * @param start bytes of the documents, one behind the other, that need no reading any more. @throws StorageError
 */
export async function* takenFiles(runs: Bucket, folder: string, start: number): AsyncGenerator<PlacedFile> {
  let before = 0;
  for (const { folder: name, read } of readings) {
    for await (const { key, etag, sizeBytes: bytes } of documentsUnder(runs, `${folder}${name}`)) {
      const fromByte = Math.max(0, start - before);
      if (fromByte < bytes) {
        for await (const { text, end } of linesOfRange(runs, { key, etag, bytes }, fromByte)) {
          const file = read(JSON.parse(text));
          if (file !== undefined) yield { file, next: before + end };
        }
      }
      before += bytes;
    }
  }
}

async function* documentsUnder(runs: Bucket, prefix: string): AsyncGenerator<ListedObject> {
  for (let page = await objectsAfter(runs, prefix, ''); page.length > 0; ) {
    yield* page;
    page = await objectsAfter(runs, prefix, page.at(-1)?.key ?? '');
  }
}

function takenNow(line: unknown): TakenFile | undefined {
  const outcome = outcomeSchema.parse(line);
  return outcome.kind === 'failed' ? undefined : outcome;
}

function takenBefore(line: unknown): TakenFile | undefined {
  const { file, verifiedModified } = toClearLineSchema.parse(line);
  const { path, sizeBytes } = file;
  return sizeBytes === undefined ? undefined : { path, sizeBytes, verifiedModified };
}
