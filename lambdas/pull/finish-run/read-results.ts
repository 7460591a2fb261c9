import { disposedLineSchema, outcomeLineSchema } from '../../contract/documents/outcome-documents.ts';
import { type PlanSummary, planSummarySchema } from '../../contract/documents/plan-documents.ts';
import { documentNames, runFolder } from '../../contract/documents/run-folder.ts';
import type { Run } from '../../contract/workflow.ts';
import type { Table } from '../../ledger/table.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { getJson, listKeys, readJsonLines } from '../../s3/documents/documents.ts';
import type { RefusedParts } from './refused-parts.ts';
import type { ReportAccumulator } from './report-accumulator.ts';
import { recordedOutcomesKey, reportRecordedFiles } from './unreported-files.ts';

/** The documents of the steps, and where a refused one is named. */
export interface ResultSources {
  readonly runs: Bucket;
  readonly parts: RefusedParts;
}

/** The plan of the run; undefined where there is none, or S3 refuses it. @throws StorageError */
export function readPlan(run: Run, { runs, parts }: ResultSources): Promise<PlanSummary | undefined> {
  const key = `${runFolder(run)}${documentNames.planSummary}`;
  return parts.unlessRefused(
    'The plan of the run could not be read, so its result is not known; the next run transfers what is missing.',
    () => getJson(runs, key, planSummarySchema),
  );
}

/** Adds up what the steps did with the files. @throws StorageError */
export async function readResults(
  folder: string,
  accumulator: ReportAccumulator,
  { runs, parts }: ResultSources,
): Promise<void> {
  for await (const key of listKeys(runs, `${folder}${documentNames.outcomes}`)) {
    if (key !== recordedOutcomesKey(folder)) await addOutcomes(key, accumulator, { runs, parts });
  }
  for await (const key of listKeys(runs, `${folder}${documentNames.disposed}`)) {
    await parts.unlessRefused(
      'Which files were disposed of could not be read; the next run disposes of those that are still at the partner.',
      async () => {
        for await (const line of readJsonLines(runs, key, disposedLineSchema)) accumulator.addDisposed(line);
      },
    );
  }
}

/**
 * Adds the files that the ledger has and no worker has reported. They are looked for where a planned file has
 * no outcome.
 * @throws StorageError
 */
export async function readRecordedFiles(
  { run, plan }: { readonly run: Run; readonly plan: PlanSummary | undefined },
  accumulator: ReportAccumulator,
  { table, runs, parts }: ResultSources & { readonly table: Table },
): Promise<void> {
  const { transferred, unchanged, failed } = accumulator.counts;
  const isWhole = transferred + unchanged + failed >= (plan?.transfers ?? 0);
  if (run.mode === 'plan' || isWhole || plan?.remote === undefined || plan.halted !== undefined) return;
  const { remote } = plan;
  await parts.unlessRefused(
    'What the ledger has of files without an outcome could not be read; the next run transfers what is missing.',
    () => reportRecordedFiles({ run, remote }, { table, runs }),
  );
  await addOutcomes(recordedOutcomesKey(runFolder(run)), accumulator, { runs, parts });
}

async function addOutcomes(
  key: string,
  accumulator: ReportAccumulator,
  { runs, parts }: ResultSources,
): Promise<void> {
  await parts.unlessRefused(
    'The outcomes of some files could not be read, so these files count as failed; the next run transfers what is missing.',
    async () => {
      for await (const line of readJsonLines(runs, key, outcomeLineSchema)) accumulator.addOutcome(line);
    },
  );
}
