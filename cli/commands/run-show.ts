import type { z } from 'zod';
import type { RunId } from '../../lambdas/contract/ids.ts';
import { faultLineSchema } from '../../lambdas/contract/listing-documents.ts';
import { outcomeLineSchema } from '../../lambdas/contract/outcome-line.ts';
import { planSummarySchema } from '../../lambdas/contract/plan-documents.ts';
import { documentNames, runFolder } from '../../lambdas/contract/run-folder.ts';
import { getJson, keysUnder, readJsonLines } from '../../lambdas/s3/documents.ts';
import { durationText } from '../amounts.ts';
import { chosenFlows } from '../chosen-flows.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { findRunOrPlan } from '../find-run.ts';
import type { CommonOptions } from '../options.ts';
import { type FilesPage, runFiles } from '../run-files.ts';
import { runText } from '../run-text.ts';
import type { Stage } from '../stage.ts';
import { shownText } from '../text-table.ts';
import { withStage } from '../with-stage.ts';
import { actsOn, actsText } from './runs.ts';

type FailedFile = Extract<z.output<typeof outcomeLineSchema>, { kind: 'failed' }>;

/** `run ID`: one run or plan with its files, why each failed one did, and what was said with the partner about it. */
export async function runShow(runId: RunId, page: FilesPage, options: CommonOptions): Promise<ExitCode> {
  const flows = await chosenFlows({ partner: undefined, flow: undefined }, options);
  return withStage(options, `run ${runId}`, async (stage) => {
    const { flowName, record, mode } = await findRunOrPlan(stage, runId);
    const { report, startedAt, progress } = record;
    const { partner, flow } = flowName;
    if (report === undefined) {
      options.output.json({ partner, flow, run: runId, status: 'running', startedAt, progress });
      const step =
        progress === undefined ? '' : ` It is at ${progress.step}: ${progress.files} files so far.`;
      options.output.text(
        `${mode === 'run' ? 'Run' : 'Plan'} ${runId} of ${partner}/${flow} began at ${startedAt} and has not ended, or was cut off.${step}\n`,
      );
      return exitCodes.done;
    }
    const folder = runFolder({ ...flowName, runId });
    const plan = await getJson(stage.runs, `${folder}${documentNames.planSummary}`, planSummarySchema);
    const files = await runFiles(stage, report, page);
    const failures = await failedFiles(stage, folder, page.limit);
    const listingFaults = await faultsOf(stage, folder, page.limit);
    const chosen = flows.filter((each) => each.partner.partner === partner && each.flow.name === flow);
    const acts = await actsOn(stage, flowName, { flows: chosen, since: undefined, most: 10 });
    const ofRun = acts.filter(({ on }) => on === runId);
    options.output.json({ ...report, plan, files, failures, listingFaults, acts: ofRun });
    options.output.text(runText(report, files));
    for (const { directory, fault } of listingFaults) {
      options.output.text(`${shownText(directory)}: ${fault.kind} ${shownText(JSON.stringify(fault))}\n`);
    }
    for (const failure of failures) options.output.text(failureText(failure));
    if (ofRun.length > 0) options.output.text(`\n${actsText(ofRun)}`);
    if (mode === 'run') options.output.text(remedyText(report.status, { partner, flow, run: runId }));
    return exitCodes.done;
  });
}

async function failedFiles({ runs }: Stage, folder: string, most: number): Promise<FailedFile[]> {
  const failed: FailedFile[] = [];
  for await (const key of keysUnder(runs, `${folder}${documentNames.outcomes}`)) {
    for await (const line of readJsonLines(runs, key, outcomeLineSchema)) {
      if (failed.length === most) return failed;
      if (line.kind === 'failed') failed.push(line);
    }
  }
  return failed;
}

async function faultsOf({ runs }: Stage, folder: string, most: number) {
  const faults: z.output<typeof faultLineSchema>[] = [];
  for await (const key of keysUnder(runs, `${folder}${documentNames.listingFaults}`)) {
    for await (const line of readJsonLines(runs, key, faultLineSchema)) {
      if (faults.length === most) return faults;
      faults.push(line);
    }
  }
  return faults;
}

function failureText({ path, fault, message, dialogue = [], at, seconds }: FailedFile): string {
  const took = seconds === undefined ? '' : ` after ${durationText(seconds)}`;
  const when = at === undefined ? '' : `, ${at}${took}`;
  const lines = dialogue.map((line) => `    ${shownText(line)}\n`).join('');
  return `\n${shownText(path)}: ${fault}${when}\n  ${shownText(message)}\n${lines}`;
}

function remedyText(
  status: string,
  { partner, flow, run }: { readonly partner: string; readonly flow: string; readonly run: string },
): string {
  if (status === 'halted') {
    return `\nIf the listing is right: npx ftps-sync approve ${run} --reason TEXT\n`;
  }
  if (status === 'incomplete' || status === 'failed') {
    return `\nWhen the cause is gone, try what failed again: npx ftps-sync run ${partner} ${flow}\n`;
  }
  return '';
}
