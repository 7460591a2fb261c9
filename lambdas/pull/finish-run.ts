import type { z } from 'zod';
import { clearedLineSchema } from '../contract/outcome-documents.ts';
import { outcomeLineSchema } from '../contract/outcome-line.ts';
import { type PlanSummary, planSummarySchema } from '../contract/plan-documents.ts';
import type { WholeReport } from '../contract/report.ts';
import { documentNames, runFolder } from '../contract/run-folder.ts';
import type { RunReport } from '../contract/run-report.ts';
import type { FinishRunOutput, finishRunInputSchema, Run } from '../contract/workflow.ts';
import { LeaseLostError, recordFilesLeft, releaseLease } from '../ledger/lease.ts';
import { recordRunFinished } from '../ledger/run-record.ts';
import type { Table } from '../ledger/table.ts';
import { reportPage } from '../report/report-page.ts';
import type { StepLog } from '../runtime/log.ts';
import { problemOf } from '../runtime/step-problem.ts';
import type { Bucket } from '../s3/bucket.ts';
import { getJson, keysUnder, putJson, putPage, readJsonLines } from '../s3/documents.ts';
import { filesLeft, type RunTotals } from '../sync/report.ts';
import { judgeRun } from '../sync/run-judgement.ts';
import { GatheredFiles } from './gathered-files.ts';
import { type EndedRun, reportDetails } from './report-details.ts';
import type { ToldEnd } from './tell-run.ts';
import { workerFailures } from './worker-failures.ts';

export interface FinishRunSystems {
  readonly table: Table;
  readonly runs: Bucket;
  readonly now: () => Date;
  readonly log: StepLog;
  /** Not called for a plan. */
  readonly tellEnded: (ended: ToldEnd) => Promise<void>;
}

/**
 * Folds what the steps wrote into the report, records it, and gives the lease back: also when a step failed, with whatever
 * had been done by then. @throws StorageError
 */
export async function finishRun(
  { run, error }: z.infer<typeof finishRunInputSchema>,
  systems: FinishRunSystems,
): Promise<FinishRunOutput> {
  const { table, runs } = systems;
  const plan = await getJson(runs, `${runFolder(run)}${documentNames.planSummary}`, planSummarySchema);
  const endedAt = systems.now();
  const gathered = new GatheredFiles({ startMs: Date.parse(run.startedAt), endMs: endedAt.getTime() });
  const isCutShort = error !== undefined;
  const { unchanged, ...totals } = await totalsOf({ run, plan, isCutShort, gathered }, runs);
  const { status, problem } = await endOfRun({ run, plan, totals: { ...totals, unchanged }, error }, runs);
  const report: RunReport = {
    partner: run.partner,
    flow: run.flow,
    run: run.runId,
    mode: run.mode,
    status,
    startedAt: run.startedAt,
    seconds: Math.max(0, (endedAt.getTime() - Date.parse(run.startedAt)) / 1000),
    ...totals,
    ...(problem === undefined ? {} : { problem }),
  };
  await writeReport(report, { run, plan, gathered, endedAt }, systems);
  await recordRunFinished(table, run, report);
  if (run.mode === 'run') {
    await systems.tellEnded({ report, failedFiles: gathered.failedFiles });
    await giveBack(run, table, { status, totals });
  }
  if (problem !== undefined) systems.log.warn(problem.message, { fault: problem.fault });
  const { listed, transferred, failed, held, bytes } = totals;
  systems.log.tell({ status, listed, transferred, failed, held, bytes });
  return { status };
}

/** A plan is read as it is made, and has no page. */
async function writeReport(report: RunReport, ended: EndedRun, systems: FinishRunSystems): Promise<void> {
  const { runs, log } = systems;
  const folder = runFolder(ended.run);
  if (report.mode === 'plan') return putJson(runs, `${folder}${documentNames.report}`, report);
  const whole: WholeReport = { ...report, details: await reportDetails(ended, systems) };
  await putJson(runs, `${folder}${documentNames.report}`, whole);
  await putPage(runs, `${folder}${documentNames.reportPage}`, reportPage(whole)).catch((error: unknown) => {
    // It can be drawn again from report.json. Thrown here, it would keep the run from giving its lease back.
    log.error(`The report's page could not be written: ${String(error)}`);
  });
}

type CountedTotals = RunTotals & { readonly unchanged: number };

async function endOfRun(
  end: {
    readonly run: Run;
    readonly plan: PlanSummary | undefined;
    readonly totals: CountedTotals;
    readonly error: z.infer<typeof finishRunInputSchema>['error'];
  },
  runs: Bucket,
): Promise<Pick<RunReport, 'status' | 'problem'>> {
  const { run, plan, totals, error } = end;
  if (error !== undefined) return { status: 'failed', problem: problemOf(error) };
  const halt = haltOf(plan);
  if (halt !== undefined) return { status: 'halted', problem: halt };
  const { status, problem } = judgeRun(totals, await workerFailures(runs, runFolder(run)));
  return problem === undefined ? { status } : { status, problem };
}

async function giveBack(
  run: Run,
  table: Table,
  { status, totals }: { readonly status: RunReport['status']; readonly totals: RunTotals },
): Promise<void> {
  const holder = { flowName: run, owner: run.owner };
  const isWholeListing = totals.incompleteDirectories === 0;
  if ((status === 'succeeded' || status === 'incomplete') && isWholeListing) {
    await recordFilesLeft(table, holder, filesLeft(totals)).catch((cause: unknown) => {
      // Whoever holds the lease now will record what is left itself.
      if (!(cause instanceof LeaseLostError)) throw cause;
    });
  }
  await releaseLease(table, holder);
}

async function totalsOf(
  {
    run,
    plan,
    isCutShort,
    gathered,
  }: Pick<EndedRun, 'run' | 'plan' | 'gathered'> & { readonly isCutShort: boolean },
  runs: Bucket,
): Promise<CountedTotals> {
  const folder = runFolder(run);
  const counts = { transferred: 0, unchanged: 0, failed: 0, bytes: 0, cleared: 0, notCleared: 0 };
  for await (const key of keysUnder(runs, `${folder}${documentNames.outcomes}`)) {
    for await (const outcome of readJsonLines(runs, key, outcomeLineSchema)) {
      gathered.add(outcome);
      counts[outcome.kind] += 1;
      counts.bytes += outcome.kind === 'transferred' ? outcome.sizeBytes : 0;
    }
  }
  for await (const key of keysUnder(runs, `${folder}${documentNames.cleared}`)) {
    for await (const line of readJsonLines(runs, key, clearedLineSchema)) {
      const { outcome } = line;
      gathered.addCleared(line);
      counts[outcome === 'left' || outcome === 'failed' ? 'notCleared' : 'cleared'] += 1;
    }
  }
  const skipped = Object.values(plan?.skipped ?? {}).reduce((sum, count) => sum + count, 0);
  // A worker that gave up has left files without an outcome. A run that was cut short, or did not begin, tells so itself.
  const isToBeWhole = run.mode === 'run' && !isCutShort && haltOf(plan) === undefined;
  const { transferred, unchanged, failed } = counts;
  const lost = isToBeWhole ? Math.max(0, (plan?.transfers ?? 0) - transferred - unchanged - failed) : 0;
  return {
    ...counts,
    failed: failed + lost,
    listed: plan?.listed ?? 0,
    skipped: skipped + (plan?.postProcess ?? 0) + unchanged,
    held: plan?.held ?? 0,
    refused: plan?.refused ?? 0,
    incompleteDirectories: plan?.incompleteDirectories ?? 0,
  };
}

function haltOf(plan: PlanSummary | undefined): RunReport['problem'] {
  if (plan?.halted === undefined) return undefined;
  return { fault: plan.halted.reason, message: plan.halted.message };
}
