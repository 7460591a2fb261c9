import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type WholeReport, wholeReportSchema } from '../../lambdas/contract/report.ts';
import { runStopped } from '../../lambdas/contract/run-event.ts';
import { documentNames, runFolder } from '../../lambdas/contract/run-folder.ts';
import type { RunRecord } from '../../lambdas/ledger/run-record.ts';
import { reportPage } from '../../lambdas/report/report-page.ts';
import { getJson } from '../../lambdas/s3/documents.ts';
import { CommandFault, type ExitCode, exitCodes } from '../exit-code.ts';
import { findRun, parseRunId } from '../find-run.ts';
import type { CommonOptions } from '../options.ts';
import type { Stage } from '../stage.ts';
import { withStage } from '../with-stage.ts';

export interface ReportRequest {
  readonly run: string;
  /** Where to write the page; undefined: into the working directory, named after the run. */
  readonly to: string | undefined;
  /** Whether a browser is to show it. */
  readonly shown: 'in-browser' | 'as-path';
}

/** `report RUN`: writes the run's page to a file and prints its path; with --json, the report itself. */
export async function report({ run, to, shown }: ReportRequest, options: CommonOptions): Promise<ExitCode> {
  const runId = parseRunId(run);
  return withStage(options, 'report', async (stage) => {
    const whole = await readReport(stage, runId);
    if (options.output.mode === 'json' && to === undefined) {
      options.output.json(whole);
      return exitCodes.done;
    }
    const path = await writePage(whole, to ?? `report-${whole.partner}-${whole.flow}-${runId}.html`);
    options.output.json({ path });
    options.output.text(`${path}\n`);
    if (shown === 'in-browser') await showInBrowser(path, options);
    return exitCodes.done;
  });
}

/** The report as FinishRun has written it. @throws CommandFault where there is none. */
export async function readReport(
  stage: Pick<Stage, 'table' | 'runs' | 'readAllPartners'>,
  runId: ReturnType<typeof parseRunId>,
): Promise<WholeReport> {
  const { flowName, record } = await findRun(stage, runId);
  const key = `${runFolder({ ...flowName, runId })}${documentNames.report}`;
  const whole = await getJson(stage.runs, key, wholeReportSchema);
  if (whole !== undefined) return whole;
  const message = `The run ${runId} of ${flowName.partner}/${flowName.flow} has no report: it ${whyNone(record)}.`;
  throw new CommandFault(exitCodes.usage, message);
}

function whyNone({ run, report }: RunRecord): string {
  if (report === undefined) return 'still runs, or was cut off';
  return report.problem?.fault === runStopped
    ? `was stopped before it could write one. 'run ${run}' shows what is known of it`
    : 'is too old: its documents are gone';
}

/** Draws the page anew, so that reports of older versions look as today's do. @returns the file's whole path. */
export async function writePage(whole: WholeReport, to: string): Promise<string> {
  const path = resolve(to);
  await writeFile(path, reportPage(whole)).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFault(exitCodes.usage, `The report cannot be written to ${path}: ${why}`, { cause });
  });
  return path;
}

const openers: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['explorer.exe'],
};

/** Where there is no browser, the path has been printed all the same. */
async function showInBrowser(path: string, { output }: CommonOptions): Promise<void> {
  const [program = '', ...args] = openers[process.platform] ?? ['xdg-open'];
  const browser = spawn(program, [...args, path], { stdio: 'ignore', detached: true });
  try {
    await once(browser, 'spawn');
    browser.unref();
  } catch {
    output.note(`${program} is not there to show it: open the file in a browser.`);
  }
}
