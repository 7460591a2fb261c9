#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { type DoctorRequest, doctorRequestSchema } from '../lambdas/contract/diagnosis.ts';
import { partnerIdSchema } from '../lambdas/contract/ids.ts';
import { attention } from './commands/attention.ts';
import { cost } from './commands/cost.ts';
import { doctor } from './commands/doctor.ts';
import { get } from './commands/get.ts';
import { localUp } from './commands/local-up.ts';
import { logs } from './commands/logs.ts';
import { ls } from './commands/ls.ts';
import { put } from './commands/put.ts';
import { redrive } from './commands/redrive.ts';
import { report } from './commands/report.ts';
import { run } from './commands/run.ts';
import { runShow } from './commands/run-show.ts';
import { secretPut } from './commands/secret-put.ts';
import { status } from './commands/status.ts';
import { validate } from './commands/validate.ts';
import { demo } from './demo/demo.ts';
import { CommandFault, type ExitCode, exitCodes } from './exit-code.ts';
import { exitCodeOfError } from './exit-code-of-error.ts';
import { parseRunId } from './find-run.ts';
import { addOperatorCommands, flowNamed } from './operator-commands.ts';
import { commonOptions, functionSecondsOf, withCommonOptions } from './options.ts';
import { makeOutput } from './output.ts';
import { shownText } from './text-table.ts';

/** The command line: names, options and exit codes are a contract with people and scripts (README, 'Commands'). */
function makeProgram(): Command {
  const program = new Command('ftps-sync')
    .description('Partner file exchange between FTPS servers and S3, serverless.')
    .exitOverride()
    .showHelpAfterError()
    .configureHelp({ showGlobalOptions: true });

  add(program, 'demo', 'the main job on the embedded default, from nothing to a report').action(
    ends((_, command) => demo(commonOptions(command))),
  );
  add(
    program,
    'validate [files...]',
    'partner files: every fault at once, with file, line, key and remedy',
  ).action(ends((files, command) => validate(files, commonOptions(command))));
  add(program, 'doctor <partner>', 'connect and probe: TLS, certificate, login, listing, REST, limits')
    .option('--write <directory>', 'also upload, rename, append and delete probe files in this directory')
    .action(
      ends(([partner], command) =>
        doctor(doctorRequest(partner, command.opts().write), commonOptions(command)),
      ),
    );
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
  paged(
    add(
      program,
      'attention [partner] [flow]',
      'what is open: failed files, deliveries and runs, and the alarms that ring',
    ),
  ).action(
    ends(([partner, flow], command) =>
      attention({ partner, flow, page: pageOf(command) }, commonOptions(command)),
    ),
  );
  add(program, 'redrive', 'try again what ended in the dead-letter queues').action(
    ends((_, command) => redrive(commonOptions(command))),
  );
  addOperatorCommands(program, { ends, paged, pageOf });
  addCost(program);
  addSecret(program);
  const local = program.command('local').description('the local stack');
  add(local, 'up', 'keep the local stack running: prints its endpoint as JSON, runs schedules')
    .option(
      '--function-time <seconds>',
      'shortens every function, to see how long work is cut into pieces (default: as deployed)',
    )
    .action(ends((_, command) => localUp(commonOptions(command), functionSecondsOf(command))));
  return program;
}

/** It asks no stage and reads no partner file: its `--partners` is a number. */
function addCost(program: Command): void {
  program
    .command('cost')
    .description("the month's bill for such work, by service, beside AWS Transfer Family's")
    .requiredOption('--files <count>', 'files that each run of a flow finds')
    .requiredOption('--bytes <amount>', 'what they have together: 1500000, 20GB or 1.5TiB')
    .option('--runs-per-month <count>', 'runs of each flow', '30')
    .option(
      '--changed-share <share>',
      'share of the files that a run finds changed, and moves (default: 0.1)',
    )
    .option('--new-files <count>', 'instead: files that a run finds new, and moves')
    .option('--directories <count>', 'directories that they are in (default: one for each 1,000 files)')
    .option('--partners <count>', 'partners, all alike', '1')
    .option('--flows <count>', 'flows of each partner, all alike', '1')
    .option('--direction <direction>', 'pull or push', 'pull')
    .option('--region <region>', 'eu-west-1 or us-east-1', 'eu-west-1')
    .option(
      '--static-address',
      'one address for all connections: a NAT gateway, which the constructs do not make',
    )
    .option('--json', 'one JSON document on stdout, everything else on stderr')
    .action(
      ends((_, command) => {
        const { json, ...options } = command.opts();
        return cost(options, makeOutput(json === true ? 'json' : 'text'));
      }),
    );
}

/** The secret itself is no option: every user of the machine can read a command line. */
function addSecret(program: Command): void {
  const secret = program.command('secret').description("the partners' logins");
  add(secret, 'put <partner>', 'another login for a partner: typed in unseen, or JSON from a file or stdin')
    .option('--from-file <file>', 'JSON: {"user", "password", ...}; - for stdin')
    .action(
      ends(([name], command) => {
        const { fromFile } = command.opts();
        return secretPut(
          { partner: partnerNamed(name), fromFile: fromFile === undefined ? undefined : String(fromFile) },
          commonOptions(command),
        );
      }),
    );
}

function partnerNamed(name: string | undefined) {
  const read = partnerIdSchema.safeParse(name);
  if (read.success) return read.data;
  throw new CommandFault(exitCodes.usage, `The partner's name '${name}' ${read.error.issues[0]?.message}.`);
}

function add(program: Command, usage: string, description: string): Command {
  return withCommonOptions(program.command(usage).description(description));
}

function paged(command: Command): Command {
  return command
    .option('--limit <count>', 'show at most so many files', '1000')
    .option('--offset <count>', 'after leaving out so many', '0');
}

function pageOf(command: Command): { readonly offset: number; readonly limit: number } {
  const count = (name: string) => {
    const value = Number(command.opts()[name]);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw new CommandFault(
      exitCodes.usage,
      `--${name} must be a whole number, not '${String(command.opts()[name])}'`,
    );
  };
  return { offset: count('offset'), limit: count('limit') };
}

function doctorRequest(partner: string | undefined, write: unknown): DoctorRequest {
  const read = doctorRequestSchema.safeParse({ partner, write });
  if (read.success) return { partner: read.data.partner, write: read.data.write };
  const [issue] = read.error.issues;
  const wrong = issue?.path[0] === 'write' ? `--write '${String(write)}'` : `The partner's name '${partner}'`;
  throw new CommandFault(exitCodes.usage, `${wrong} ${issue?.message}.`);
}

type Work = (args: readonly string[], command: Command) => Promise<ExitCode>;

/** commander gives an action its arguments one by one, then the options, then the command. */
function ends(work: Work): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1);
    if (!(command instanceof Command)) throw new TypeError('commander did not say which command this is');
    process.exitCode = await work(command.args, command);
  };
}

try {
  await makeProgram().parseAsync();
} catch (error) {
  // commander has said what is wrong; asking for help is not wrong.
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  else {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message.split('\n').map(shownText).join('\n')}\n`);
    process.exitCode = exitCodeOfError(error);
  }
}
