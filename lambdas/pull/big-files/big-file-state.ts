import { z } from 'zod';
import { transferActionSchema } from '../../contract/documents/plan-documents.ts';
import { documentNames, runFolder } from '../../contract/documents/run-folder.ts';
import { type Run, sliceSchema } from '../../contract/workflow.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { getJson, putJson } from '../../s3/documents/documents.ts';

const uploadSchema = sliceSchema.pick({
  uploadId: true,
  partBytes: true,
  sizeBytes: true,
  modifiedRaw: true,
  reading: true,
});

const openBigFileSchema = z.object({
  action: transferActionSchema,
  /** Undefined: not begun. */
  upload: uploadSchema.optional().transform((upload) => upload),
  /** How many of its parts were stored when they were last listed. */
  storedParts: z.number(),
  /** Rounds in a row that brought no part, or in which the deadline came first. */
  stalledRounds: z.number(),
  /** Whether the last round had slices of it. */
  hasSlices: z.boolean(),
  /** When the run began with it. */
  begunAt: z
    .string()
    .optional()
    .transform((begunAt) => begunAt),
  /** Set once the transfer was restarted within this run. */
  restarted: z
    .object({ at: z.string(), why: z.string() })
    .optional()
    .transform((restarted) => restarted),
});

/** The upload of a big file, and the version that its parts belong to. */
export type FileUpload = z.output<typeof uploadSchema>;

/** A big file without an outcome. */
export type OpenBigFile = z.output<typeof openBigFileSchema>;

const stateSchema = z.object({
  /** How many lines of `big-files/` have been read. */
  next: z.number(),
  open: z.array(openBigFileSchema),
});

/** What one round of BigFiles leaves for the next. */
export type BigFilesState = z.output<typeof stateSchema>;

/** @throws StorageError */
export async function readState(runs: Bucket, run: Run, round: number): Promise<BigFilesState> {
  return (await getJson(runs, stateKey(run, round), stateSchema)) ?? { next: 0, open: [] };
}

/** @param round the one that continues from the state. @throws StorageError */
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
