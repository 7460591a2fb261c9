import type { Command } from 'commander';
import { add, ends, paged, pageOf } from './command-frame.ts';
import { get } from './commands/get.ts';
import { logs } from './commands/logs.ts';
import { ls } from './commands/ls.ts';
import { put } from './commands/put.ts';
import { report } from './commands/report.ts';
import { run } from './commands/run.ts';
import { runShow } from './commands/run-show.ts';
import { status } from './commands/status.ts';
import { parseRunId } from './find-run.ts';
import { flowNamed } from './operator-commands.ts';
import { commonOptions } from './options.ts';

/** Runs of a flow, what is known of them, and the objects of its prefix. */
export function addFlowCommands(program: Command): void {
  addRuns(program);
  addReports(program);
  addObjects(program);
}

function addRuns(program: Command): void {
  paged(
    add(program, 'plan <partner> <flow>', 'dry run: what would move, what not, and why; changes nothing'),
  ).action(
    ends(([partner, flow], command) =>
      run(
        { ...flowNamed(partner, flow), mode: 'plan', acceptListing: false },
        pageOf(command),
        commonOptions(command),
      ),
    ),
  );
  paged(
    add(program, 'run <partner> [flow]', 'start a run and follow it; with one name, a run ID: show that run'),
  )
    .option(
      '--accept-listing',
      'go on where a guard halted the last run because the listing was empty or had shrunk',
    )
    .action(
      ends(([partner, flow], command) => {
        if (flow === undefined)
          return runShow(parseRunId(partner ?? ''), pageOf(command), commonOptions(command));
        const acceptListing = command.opts().acceptListing === true;
        return run(
          { ...flowNamed(partner, flow), mode: 'run', acceptListing },
          pageOf(command),
          commonOptions(command),
        );
      }),
    );
}

function addReports(program: Command): void {
  add(program, 'status [partner] [flow]', 'each flow: last run, last good run, next run').action(
    ends(([partner, flow], command) => status({ partner, flow }, commonOptions(command))),
  );
  add(program, 'report <run>', "a run's report as one page: writes the file and prints its path")
    .option('--to <file>', 'where to write it (default: report-PARTNER-FLOW-RUN.html here)')
    .option('--open', 'show it in the browser')
    .action(
      ends(([name = ''], command) => {
        const { to, open } = command.opts();
        const shown = open === true ? 'in-browser' : 'as-path';
        return report(
          { run: name, to: to === undefined ? undefined : String(to), shown },
          commonOptions(command),
        );
      }),
    );
  add(program, 'logs <run>', "what a run's functions logged, in order of time")
    .option('--follow', 'go on until the run has ended')
    .action(
      ends(([name = ''], command) =>
        logs(
          { run: name, reach: command.opts().follow === true ? 'to-the-end' : 'so-far' },
          commonOptions(command),
        ),
      ),
    );
}

function addObjects(program: Command): void {
  add(program, 'ls <partner> <flow>', "the objects under a flow's prefix").action(
    ends(([partner, flow], command) => ls(flowNamed(partner, flow), commonOptions(command))),
  );
  add(program, 'get <partner> <flow> [path]', 'fetch objects into a folder')
    .requiredOption('--to <folder>', 'where to put them')
    .action(
      ends(([partner, flow, path], command) => {
        const to = String(command.opts().to);
        return get({ ...flowNamed(partner, flow), path, to }, commonOptions(command));
      }),
    );
  add(
    program,
    'put <partner> <flow> <file> [path]',
    'put a file into the outbox, from where it is pushed',
  ).action(
    ends(([partner, flow, file = '', path], command) =>
      put({ ...flowNamed(partner, flow), file, path }, commonOptions(command)),
    ),
  );
}
