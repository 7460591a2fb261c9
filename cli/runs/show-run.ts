import type { z } from 'zod';
import { listingErrorLineSchema } from '../../lambdas/contract/documents/listing-documents.ts';
import { outcomeLineSchema } from '../../lambdas/contract/documents/outcome-documents.ts';
import { planSummarySchema } from '../../lambdas/contract/documents/plan-documents.ts';
import { documentNames, runFolder } from '../../lambdas/contract/documents/run-folder.ts';
import type { RunId } from '../../lambdas/contract/ids.ts';
import { shownText } from '../../lambdas/core/path/printable-text.ts';
import { durationText } from '../../lambdas/report/amounts.ts';
import { getJson, listKeys, readJsonLines } from '../../lambdas/s3/documents/documents.ts';
import { chosenFlows } from '../args/chosen-flows.ts';
import type { CommonOptions } from '../args/common-options.ts';
import type { FilesPage } from '../args/files-page.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { readAuditLog } from '../stage/audit.ts';
import { type FoundRun, findRunOrPlan } from '../stage/find-run.ts';
import type { Stage } from '../stage/stage.ts';
import { withStage } from '../stage/with-stage.ts';
import { auditText } from '../text/audit-text.ts';
import { runText } from '../text/run-text.ts';
import { runFiles } from './run-files.ts';
import { shownReport } from './shown-report.ts';

type FailedFile = Extract<z.output<typeof outcomeLineSchema>, { kind: 'failed' }>;

const maxAuditEntries = 10;

/**
 * `run ID`: a run or a plan with its files, and for each failed file the error and the transcript of its FTP
 * session.
 */
export async function showRun(runId: RunId, page: FilesPage, options: CommonOptions): Promise<ExitCode> {
  const flows = await chosenFlows({ partner: undefined, flow: undefined }, options);
  return withStage(options, `run ${runId}`, async (stage) => {
    const found = await findRunOrPlan(stage, runId);
    const { flowName, record, mode } = found;
    const { report, startedAt, progress } = record;
    const { partner, flow } = flowName;
    if (report === undefined) {
      options.output.json({ partner, flow, run: runId, status: 'running', startedAt, progress });
      options.output.text(`${runningText(runId, found)}\n`);
      return exitCodes.done;
    }
    const folder = runFolder({ ...flowName, runId });
    const plan = await getJson(stage.runs, `${folder}${documentNames.planSummary}`, planSummarySchema);
    const shown = await shownReport(stage, report);
    const files = await runFiles(stage, report, page);
    const failures = await readFailedFiles(stage, folder, page.limit);
    const listingErrors = await readListingErrors(stage, folder, page.limit);
    const chosen = flows.filter((each) => each.partner.partner === partner && each.flow.name === flow);
    const allEntries = await readAuditLog(stage, flowName, {
      flows: chosen,
      since: undefined,
      maxEntries: maxAuditEntries,
    });
    const auditEntries = allEntries.filter(({ on }) => on === runId);
    options.output.json({ ...shown, plan, files, failures, listingErrors, auditEntries });
    options.output.text(runText(shown, files));
    for (const { directory, error } of listingErrors) {
      options.output.text(`${shownText(directory)}: ${error.kind} ${shownText(JSON.stringify(error))}\n`);
    }
    for (const failed of failures) options.output.text(failedFileText(failed));
    options.output.text(auditText(auditEntries));
    if (mode === 'run') options.output.text(nextCommandText(report.status, flowName));
    return exitCodes.done;
  });
}

function runningText(runId: RunId, { mode, flowName: { partner, flow }, record }: FoundRun): string {
  const { startedAt, progress } = record;
  const step = progress === undefined ? '' : ` Step ${progress.step}: ${progress.files} files so far.`;
  const what = mode === 'run' ? 'Run' : 'Plan';
  return `${what} ${runId} of ${partner}/${flow} started at ${startedAt} and is still running, or was interrupted.${step}`;
}

async function readFailedFiles({ runs }: Stage, folder: string, maxFiles: number): Promise<FailedFile[]> {
  const failed: FailedFile[] = [];
  for await (const key of listKeys(runs, `${folder}${documentNames.outcomes}`)) {
    for await (const line of readJsonLines(runs, key, outcomeLineSchema)) {
      if (failed.length === maxFiles) return failed;
      if (line.kind === 'failed') failed.push(line);
    }
  }
  return failed;
}

async function readListingErrors({ runs }: Stage, folder: string, maxErrors: number) {
  const errors: z.output<typeof listingErrorLineSchema>[] = [];
  for await (const key of listKeys(runs, `${folder}${documentNames.listingErrors}`)) {
    for await (const line of readJsonLines(runs, key, listingErrorLineSchema)) {
      if (errors.length === maxErrors) return errors;
      errors.push(line);
    }
  }
  return errors;
}

function failedFileText({ path, error, message, transcript = [], at, seconds }: FailedFile): string {
  const took = seconds === undefined ? '' : ` after ${durationText(seconds)}`;
  const when = at === undefined ? '' : `, ${at}${took}`;
  const lines = transcript.map((line) => `    ${shownText(line)}\n`).join('');
  return `\n${shownText(path)}: ${error}${when}\n  ${shownText(message)}\n${lines}`;
}

function nextCommandText(
  status: string,
  { partner, flow }: { readonly partner: string; readonly flow: string },
): string {
  if (status === 'incomplete' || status === 'failed') {
    return `\nAfter the cause is fixed, retry what failed: npx ftps-sync run ${partner} ${flow}\n`;
  }
  return '';
}
