import { z } from 'zod';
import { documentNames } from '../contract/run-folder.ts';
import { problemOf } from '../runtime/step-problem.ts';
import type { Bucket } from '../s3/bucket.ts';
import { getJson, keysUnder } from '../s3/documents.ts';
import type { WorkerFailure } from '../sync/run-judgement.ts';

/**
 * What a Distributed Map writes when it has ended: `<prefix>/<id of the map run>/manifest.json` names the documents with its children's
 * results. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 */
const manifestSchema = z.object({
  ResultFiles: z.object({ FAILED: z.array(z.object({ Key: z.string() })).default([]) }),
});

/** A child that failed. One that was stopped or timed out tells no error. */
const failedChildSchema = z.object({
  Status: z.string(),
  Error: z.string().optional(),
  Cause: z.string().optional(),
});

/** Why workers of the run gave up, one for each that did. @throws StorageError */
export async function workerFailures(runs: Bucket, folder: string): Promise<WorkerFailure[]> {
  const failures: WorkerFailure[] = [];
  for await (const key of keysUnder(runs, `${folder}${documentNames.results}`)) {
    if (!key.endsWith('/manifest.json')) continue;
    const manifest = await getJson(runs, key, manifestSchema);
    for (const { Key } of manifest?.ResultFiles.FAILED ?? []) {
      const children = (await getJson(runs, Key, z.array(failedChildSchema))) ?? [];
      failures.push(...children.map(failureOf));
    }
  }
  return failures;
}

function failureOf(child: z.infer<typeof failedChildSchema>): WorkerFailure {
  return problemOf({ Error: child.Error ?? child.Status, Cause: child.Cause ?? '' });
}
