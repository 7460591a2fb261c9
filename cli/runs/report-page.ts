import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type FullReport, fullReportSchema } from '../../lambdas/contract/documents/full-report.ts';
import { documentNames, runFolder } from '../../lambdas/contract/documents/run-folder.ts';
import { runStoppedError } from '../../lambdas/contract/events/run-event.ts';
import type { RunId } from '../../lambdas/contract/ids.ts';
import type { RunRecord } from '../../lambdas/ledger/runs/run-record.ts';
import { reportPage } from '../../lambdas/report/report-page.ts';
import { getJson } from '../../lambdas/s3/documents/documents.ts';
import { CommandError, exitCodes } from '../exit-code.ts';
import { findRun } from '../stage/find-run.ts';
import type { Stage } from '../stage/stage.ts';

/** The report that FinishRun wrote. @throws CommandError (usage) when there is no such run, or no report. */
export async function readReport(
  stage: Pick<Stage, 'table' | 'runs' | 'readAllPartners'>,
  runId: RunId,
): Promise<FullReport> {
  const { flowName, record } = await findRun(stage, runId);
  const key = `${runFolder({ ...flowName, runId })}${documentNames.report}`;
  const report = await getJson(stage.runs, key, fullReportSchema);
  if (report !== undefined) return report;
  const message = `Run ${runId} of ${flowName.partner}/${flowName.flow} has no report: ${whyMissing(record)}.`;
  throw new CommandError(exitCodes.usage, message);
}

function whyMissing({ run, report }: RunRecord): string {
  if (report === undefined) return 'it is still running, or was interrupted';
  return report.cause?.error === runStoppedError
    ? `it was stopped before it could write one. 'run ${run}' shows what is known`
    : 'its documents have expired';
}

/**
 * Draws the page from the report, so that reports of older versions look like those of today.
 * @returns the absolute path of the file. @throws CommandError (usage) when the file cannot be written.
 */
export async function writeReportPage(report: FullReport, to: string): Promise<string> {
  const path = resolve(to);
  await writeFile(path, reportPage(report)).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(exitCodes.usage, `Cannot write the report to ${path}: ${why}`, { cause });
  });
  return path;
}
