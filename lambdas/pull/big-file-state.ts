import { z } from 'zod';
import { transferActionSchema } from '../contract/plan-documents.ts';
import { documentNames, runFolder } from '../contract/run-folder.ts';
import { type Run, sliceSchema } from '../contract/workflow.ts';
import type { Bucket } from '../s3/bucket.ts';
import { getJson, putJson } from '../s3/documents.ts';

const uploadSchema = sliceSchema.pick({
  uploadId: true,
  partBytes: true,
  sizeBytes: true,
  modifiedRaw: true,
  reading: true,
});

const openBigFileSchema = z.object({
  action: transferActionSchema,
  /** Undefined: it is to be begun. */
  upload: uploadSchema.optional().transform((upload) => upload),
  /** How many of its parts were there when they were last looked at. */
  partsThere: z.number(),
  /** Rounds in a row that brought no part, or in which the time was up before it was seen. */
  stalls: z.number(),
  /** Whether the round had slices of it. */
  hasSlices: z.boolean(),
  /** When the run first looked at it. */
  since: z
    .string()
    .optional()
    .transform((since) => since),
  /** Set once it was begun anew within this run: what happened, and when. */
  anew: z
    .object({ at: z.string(), why: z.string() })
    .optional()
    .transform((anew) => anew),
});

/** The upload that a big file's parts go into, and the version that they are of. */
export type FileUpload = z.output<typeof uploadSchema>;

/** A big file that has no outcome yet. */
export type OpenBigFile = z.output<typeof openBigFileSchema>;

const stateSchema = z.object({
  /** Lines of `big-files/` that were taken up. */
  next: z.number(),
  open: z.array(openBigFileSchema),
});

/** What one round of BigFiles leaves to the next. */
export type BigFilesState = z.output<typeof stateSchema>;

/** @throws StorageError */
export async function readState(runs: Bucket, run: Run, round: number): Promise<BigFilesState> {
  return (await getJson(runs, stateKey(run, round), stateSchema)) ?? { next: 0, open: [] };
}

/** @throws StorageError */
export async function writeState(
  runs: Bucket,
  { run, round }: { readonly run: Run; readonly round: number },
  state: BigFilesState,
): Promise<void> {
  await putJson(runs, stateKey(run, round), state);
}

function stateKey(run: Run, round: number): string {
  return `${runFolder(run)}${documentNames.bigFilesState}${String(round).padStart(6, '0')}.json`;
}
