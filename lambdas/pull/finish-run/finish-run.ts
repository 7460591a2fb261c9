import type { z } from 'zod';
import type { FullReport } from '../../contract/documents/full-report.ts';
import { documentNames, runFolder } from '../../contract/documents/run-folder.ts';
import type { RunReport } from '../../contract/documents/run-report.ts';
import type { FinishRunOutput, finishRunInputSchema } from '../../contract/workflow.ts';
import { evaluateRun } from '../../core/run/evaluate-run.ts';
import { type RunTotals, remainingFiles } from '../../core/run/run-totals.ts';
import { type UnknownFacts, unknownFactsTexts } from '../../core/run/unknown-facts.ts';
import { recordRunFinished } from '../../ledger/runs/run-record.ts';
import type { Table } from '../../ledger/table.ts';
import { reportPage } from '../../report/report-page.ts';
import type { StepLog } from '../../runtime/log.ts';
import { describeError } from '../../runtime/step-error.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { putJson, putPage } from '../../s3/documents/documents.ts';
import type { EndedRun } from '../run-events.ts';
import { recordEndOfFlow, releaseFlow } from './end-flow.ts';
import { type ResultSources, readPlan, readRecordedFiles, readResults } from './read-results.ts';
import { readWorkerErrors } from './read-worker-errors.ts';
import { RefusedParts } from './refused-parts.ts';
import { ReportAccumulator } from './report-accumulator.ts';
import { type CountedRun, reportDetails } from './report-details.ts';

type FinishRunInput = z.infer<typeof finishRunInputSchema>;

export interface FinishRunDependencies {
  readonly table: Table;
  readonly runs: Bucket;
  readonly now: () => Date;
  readonly log: StepLog;
  /** Not called for a plan. */
  readonly publishEnded: (ended: EndedRun) => Promise<void>;
}

/**
 * Adds up the documents of the steps into the report, records and publishes the end of the run, and releases
 * the lease. After a failed step it does the same with the results so far. What S3 or the table refuses of it
 * is logged, and the rest is done.
 * @throws StorageError
 */
export async function finishRun(
  { run, error }: FinishRunInput,
  dependencies: FinishRunDependencies,
): Promise<FinishRunOutput> {
  const { table, runs, now, log } = dependencies;
  const parts = new RefusedParts(log);
  const endedAt = now();
  const accumulator = new ReportAccumulator({ startMs: Date.parse(run.startedAt), endMs: endedAt.getTime() });
  const plan = await readPlan(run, { runs, parts });
  // Without its plan nothing is known about a run, so it has failed.
  const failure = error === undefined ? parts.cause : describeError(error);
  await readResults(runFolder(run), accumulator, { runs, parts });
  await readRecordedFiles({ run, plan }, accumulator, { table, runs, parts });
  const unread = parts.cause;
  const { unchanged, ...totals } = addUp({ run, plan, failure, accumulator });
  const known = { run, plan, failure, unread, totals: { ...totals, unchanged } };
  const { status, cause } = await evaluateEnd(known, runs);
  const evaluated: RunReport = {
    partner: run.partner,
    flow: run.flow,
    run: run.runId,
    mode: run.mode,
    status,
    startedAt: run.startedAt,
    seconds: Math.max(0, (endedAt.getTime() - Date.parse(run.startedAt)) / 1000),
    ...totals,
    ...unknownFacts(plan),
    ...(cause === undefined ? {} : { cause }),
  };
  const report = await writeReport(
    evaluated,
    { run, plan, accumulator, endedAt },
    { table, runs, log, parts },
  );
  await parts.unlessRefused(
    `The record of the run could not be written, so the monitor will report the run as stopped; its documents are in ${runFolder(run)}.`,
    () => recordRunFinished(table, run, report),
  );
  if (run.mode === 'run') {
    await recordEndOfFlow(report, now(), { table, parts });
    await dependencies.publishEnded({ report, failedFiles: accumulator.failedFiles });
    const filesRemaining = unread === undefined ? remainingFiles(totals, accumulator.takenAway) : undefined;
    await releaseFlow({ run, report, filesRemaining }, { table, parts });
  }
  if (report.cause !== undefined) log.warn(report.cause.message, { error: report.cause.error });
  for (const text of unknownFactsTexts(unknownFacts(plan))) log.warn(text);
  const { listed, transferred, failed, held, bytes } = totals;
  log.summarize({ status: report.status, listed, transferred, failed, held, bytes });
  return { status: report.status };
}

/** Facts of files that no one tells; nothing where all are known. */
function unknownFacts(plan: CountedRun['plan']): UnknownFacts {
  const { filesWithoutTime = 0, filesWithoutSize = 0 } = plan ?? {};
  return {
    ...(filesWithoutTime > 0 ? { filesWithoutTime } : {}),
    ...(filesWithoutSize > 0 ? { filesWithoutSize } : {}),
  };
}

type CountedTotals = RunTotals & { readonly unchanged: number };

/** What is known of a run when its end is evaluated. */
interface KnownRun extends Pick<CountedRun, 'run' | 'plan'> {
  /** What failed as a whole: a step, or the reading of the plan. */
  readonly failure: RunReport['cause'];
}

function addUp({
  run,
  plan,
  failure,
  accumulator,
}: KnownRun & Pick<CountedRun, 'accumulator'>): CountedTotals {
  const { counts } = accumulator;
  const skipped = Object.values(plan?.skipped ?? {}).reduce((sum, count) => sum + count, 0);
  // A worker that failed leaves files without an outcome, which count as failed. A run with an error, or one
  // that a guard halted, has a cause of its own.
  const needsOutcomes = run.mode === 'run' && failure === undefined && plan?.halted === undefined;
  const { transferred, unchanged, failed } = counts;
  const without = Math.max(0, (plan?.transfers ?? 0) - transferred - unchanged - failed);
  return {
    ...counts,
    failed: failed + (needsOutcomes ? without : 0),
    notReached: needsOutcomes || run.mode === 'plan' ? 0 : without,
    listed: plan?.listed ?? 0,
    skipped: skipped + (plan?.disposeFiles ?? 0) + unchanged,
    held: plan?.held ?? 0,
    refused: plan?.refused ?? 0,
    incompleteDirectories: plan?.incompleteDirectories ?? 0,
  };
}

/** The end of a run, and the refusal of a document that was to be read. */
interface CountedEnd extends KnownRun {
  readonly unread: RunReport['cause'];
  readonly totals: CountedTotals;
}

async function evaluateEnd(
  { run, plan, failure, unread, totals }: CountedEnd,
  runs: Bucket,
): Promise<Pick<RunReport, 'status' | 'cause'>> {
  if (failure !== undefined) return { status: 'failed', cause: failure };
  if (plan?.halted !== undefined) {
    const { reason, message } = plan.halted;
    return { status: 'halted', cause: { error: reason, message } };
  }
  const { status, cause } = evaluateRun(totals, await readWorkerErrors(runs, runFolder(run)));
  return incompleteBy(unread, cause === undefined ? { status } : { status, cause });
}

/** A run of which a part is missing is incomplete, with the refusal as its cause where it has no other. */
function incompleteBy<T extends Pick<RunReport, 'status' | 'cause'>>(
  refusal: RunReport['cause'],
  evaluated: T,
): T {
  if (refusal === undefined || evaluated.cause !== undefined) return evaluated;
  const { status } = evaluated;
  return { ...evaluated, status: status === 'succeeded' ? 'incomplete' : status, cause: refusal };
}

/**
 * Writes `report.json`, and the page for people. A plan has neither details nor a page.
 * @returns the report; it is incomplete where S3 refuses its document.
 */
async function writeReport(
  report: RunReport,
  counted: CountedRun,
  { table, runs, log, parts }: Pick<FinishRunDependencies, 'table' | 'log'> & ResultSources,
): Promise<RunReport> {
  const folder = runFolder(counted.run);
  const isPlan = report.mode === 'plan';
  const details = isPlan ? undefined : await reportDetails(counted, { table, runs, parts });
  const whole: FullReport = { ...report, ...(details === undefined ? {} : { details }) };
  const refused = new RefusedParts(log);
  await refused.unlessRefused(
    'The report of the run could not be written; its counts are in the record of the run.',
    () => putJson(runs, `${folder}${documentNames.report}`, whole),
  );
  if (!isPlan) {
    await putPage(runs, `${folder}${documentNames.reportPage}`, reportPage(whole)).catch((error: unknown) => {
      // The page can be made again from report.json. Thrown here, the error would keep the lease.
      log.error(`Could not write the report's page: ${String(error)}`);
    });
  }
  return incompleteBy(refused.cause, report);
}
