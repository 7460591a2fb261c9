import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { sliceErrorSchema } from '../../contract/documents/outcome-documents.ts';
import { documentNames, runFolder } from '../../contract/documents/run-folder.ts';
import type { Run, Slice } from '../../contract/workflow.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { getJson, listKeys, putJson } from '../../s3/documents/documents.ts';

/** What stopped a slice before it was fetched. */
export type SliceError = z.infer<typeof sliceErrorSchema>;

/** Leaves the error for BigFiles, in place of an earlier error of the same slice. @throws StorageError */
export async function recordSliceError(
  runs: Bucket,
  { run, slice }: { readonly run: Run; readonly slice: Slice },
  error: SliceError,
): Promise<void> {
  await putJson(runs, `${uploadFolder(run, slice.uploadId)}${slice.firstPart}.json`, error);
}

/**
 * An error that slices of this upload had in this run: one that no retry cures before any other; undefined
 * where they had none.
 * @throws StorageError
 */
export async function readSliceError(
  runs: Bucket,
  run: Run,
  uploadId: string,
): Promise<SliceError | undefined> {
  let last: SliceError | undefined;
  for await (const key of listKeys(runs, uploadFolder(run, uploadId))) {
    const error = await getJson(runs, key, sliceErrorSchema);
    if (error?.retryable === false) return error;
    last = error ?? last;
  }
  return last;
}

/** Upload ids are S3's own and of any length, so the folder is named by a hash. */
function uploadFolder(run: Run, uploadId: string): string {
  const upload = createHash('sha256').update(uploadId).digest('hex').slice(0, 32);
  return `${runFolder(run)}${documentNames.sliceErrors}${upload}/`;
}
