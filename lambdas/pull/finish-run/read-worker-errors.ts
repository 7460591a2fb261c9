import { z } from 'zod';
import { documentNames } from '../../contract/documents/run-folder.ts';
import type { WorkerError } from '../../core/run/evaluate-run.ts';
import { describeError } from '../../runtime/step-error.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { getJson, listKeys } from '../../s3/documents/documents.ts';
import { type Refusal, unlessRefused } from '../refusal.ts';

/**
 * A Distributed Map that has ended writes `<prefix>/<id of the map run>/manifest.json`, which names the
 * documents with the results of its children.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 */
const manifestSchema = z.object({
  ResultFiles: z.object({ FAILED: z.array(z.object({ Key: z.string() })).default([]) }),
});

/** A failed child. One that was stopped or timed out has no error. */
const failedChildSchema = z.object({
  Status: z.string(),
  Error: z.string().optional(),
  Cause: z.string().optional(),
});

/** The errors of the run's workers, one for each worker that failed. @throws StorageError */
export async function readWorkerErrors(runs: Bucket, folder: string): Promise<WorkerError[]> {
  const errors: WorkerError[] = [];
  for await (const key of listKeys(runs, `${folder}${documentNames.results}`)) {
    if (!key.endsWith('/manifest.json')) continue;
    errors.push(...(await unlessRefused(() => readFailedChildren(runs, key), unreadErrors)));
  }
  return errors;
}

/** In place of the errors that S3 refuses to show. */
function unreadErrors({ message }: Refusal): WorkerError[] {
  return [{ error: 'storage', message }];
}

async function readFailedChildren(runs: Bucket, manifestKey: string): Promise<WorkerError[]> {
  const errors: WorkerError[] = [];
  const manifest = await getJson(runs, manifestKey, manifestSchema);
  for (const { Key } of manifest?.ResultFiles.FAILED ?? []) {
    const children = (await getJson(runs, Key, z.array(failedChildSchema))) ?? [];
    errors.push(...children.map(toWorkerError));
  }
  return errors;
}

function toWorkerError(child: z.infer<typeof failedChildSchema>): WorkerError {
  return describeError({ Error: child.Error ?? child.Status, Cause: child.Cause ?? '' });
}
