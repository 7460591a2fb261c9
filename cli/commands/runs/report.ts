import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { RunId } from '../../../lambdas/contract/ids.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { readReport, writeReportPage } from '../../runs/report-page.ts';
import { withStage } from '../../stage/with-stage.ts';

export const command: CommandDefinition = {
  usage: 'report <run>',
  summary: 'write the report of a run as an HTML page',
  description:
    'Write the report of a run as an HTML page and print its path. ' +
    'With --json and without --to, print the report itself.',
  options: [
    {
      flags: '--to <file>',
      description: 'where to write the page (default: report-PARTNER-FLOW-RUN.html in this folder)',
    },
    { flags: '--open', description: 'open the page in the browser' },
    ...commonOptions,
  ],
  action: (invocation) =>
    report(
      {
        run: invocation.runId(),
        to: invocation.text('to'),
        shown: invocation.flag('open') ? 'in-browser' : 'as-path',
      },
      invocation.commonOptions(),
    ),
};

interface ReportRequest {
  readonly run: RunId;
  /** Undefined: a file in the working directory, named after the run. */
  readonly to: string | undefined;
  readonly shown: 'in-browser' | 'as-path';
}

async function report({ run, to, shown }: ReportRequest, options: CommonOptions): Promise<ExitCode> {
  return withStage(options, 'report', async (stage) => {
    const found = await readReport(stage, run);
    if (options.output.mode === 'json' && to === undefined) {
      options.output.json(found);
      return exitCodes.done;
    }
    const path = await writeReportPage(found, to ?? `report-${found.partner}-${found.flow}-${run}.html`);
    options.output.json({ path });
    options.output.text(`${path}\n`);
    if (shown === 'in-browser') await openInBrowser(path, options);
    return exitCodes.done;
  });
}

const openers: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['explorer.exe'],
};

/** Only notes when there is no browser: the path is printed already. */
async function openInBrowser(path: string, { output }: CommonOptions): Promise<void> {
  const [program = '', ...args] = openers[process.platform] ?? ['xdg-open'];
  const browser = spawn(program, [...args, path], { stdio: 'ignore', detached: true });
  try {
    await once(browser, 'spawn');
    browser.unref();
  } catch {
    output.note(`${program} is not installed. Open the file in a browser.`);
  }
}
