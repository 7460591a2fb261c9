import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { sliceProblemSchema } from '../contract/outcome-documents.ts';
import { documentNames, runFolder } from '../contract/run-folder.ts';
import type { Run, Slice } from '../contract/workflow.ts';
import type { Bucket } from '../s3/bucket.ts';
import { getJson, keysUnder, putJson } from '../s3/documents.ts';

/** What kept a slice from being fetched. */
export type SliceProblem = z.infer<typeof sliceProblemSchema>;

/** Tells BigFiles; a slice has one word at a time. @throws StorageError */
export async function noteSliceProblem(
  runs: Bucket,
  { run, slice }: { readonly run: Run; readonly slice: Slice },
  problem: SliceProblem,
): Promise<void> {
  await putJson(runs, `${folderOf(run, slice.uploadId)}${slice.firstPart}.json`, problem);
}

/** What slices of this upload said in this run; where there are several, one that will not pass by itself. @throws StorageError */
export async function sliceProblemOf(
  runs: Bucket,
  run: Run,
  uploadId: string,
): Promise<SliceProblem | undefined> {
  let found: SliceProblem | undefined;
  for await (const key of keysUnder(runs, folderOf(run, uploadId))) {
    const problem = await getJson(runs, key, sliceProblemSchema);
    if (problem?.again === false) return problem;
    found = problem ?? found;
  }
  return found;
}

/** Upload ids are S3's own and of any length. */
function folderOf(run: Run, uploadId: string): string {
  const upload = createHash('sha256').update(uploadId).digest('hex').slice(0, 32);
  return `${runFolder(run)}${documentNames.sliceProblems}${upload}/`;
}
