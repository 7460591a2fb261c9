import { type PlanSummary, planSummarySchema } from '../../lambdas/contract/documents/plan-documents.ts';
import { documentNames, runFolder } from '../../lambdas/contract/documents/run-folder.ts';
import type { RunReport } from '../../lambdas/contract/documents/run-report.ts';
import { getJson } from '../../lambdas/s3/documents/documents.ts';
import type { Stage } from '../stage/stage.ts';
import { findGoneFiles, type GoneFiles } from './gone-files.ts';

/** The report as the commands show it. */
export type ShownReport = RunReport & {
  /** Of a plan: the number of files that a run would transfer. */
  readonly transfers?: number;
  /** Of a halted run. */
  readonly gone?: GoneFiles;
};

/**
 * The report as the commands show it: with the count of a plan, and what a halted run did not find.
 * @throws StorageError
 */
export async function shownReport(
  stage: Pick<Stage, 'table' | 'runs' | 'readPartner'>,
  report: RunReport,
): Promise<ShownReport> {
  const key = `${runFolder({ ...report, runId: report.run })}${documentNames.planSummary}`;
  const plan = report.mode === 'run' ? undefined : await getJson(stage.runs, key, planSummarySchema);
  const gone = await findGoneFiles(stage, report);
  return { ...withPlan(report, plan), ...(gone === undefined ? {} : { gone }) };
}

/**
 * The counts of a plan add up to `listed`: all names, also those that cannot be paths, and links, which are
 * not among the files that the run's report counts.
 */
export function withPlan(report: RunReport, plan: PlanSummary | undefined): ShownReport {
  if (report.mode === 'run') return report;
  const transfers = plan?.transfers ?? 0;
  return { ...report, listed: transfers + report.skipped + report.held + report.refused, transfers };
}
