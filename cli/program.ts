import { Command, CommanderError } from 'commander';
import { type DoctorRequest, doctorRequestSchema } from '../lambdas/contract/diagnosis.ts';
import { partnerIdSchema } from '../lambdas/contract/ids.ts';
import packageJson from '../package.json' with { type: 'json' };
import { add, ends, paged, pageOf } from './command-frame.ts';
import { attention } from './commands/attention.ts';
import { cost } from './commands/cost.ts';
import { doctor } from './commands/doctor.ts';
import { localUp } from './commands/local-up.ts';
import { redrive } from './commands/redrive.ts';
import { secretPut } from './commands/secret-put.ts';
import { validate } from './commands/validate.ts';
import { demo } from './demo/demo.ts';
import { CommandFault, exitCodes } from './exit-code.ts';
import { exitCodeOfError } from './exit-code-of-error.ts';
import { addFlowCommands } from './flow-commands.ts';
import { addOperatorCommands } from './operator-commands.ts';
import { commonOptions, functionSecondsOf } from './options.ts';
import { makeOutput } from './output.ts';
import { shownText } from './text-table.ts';

/** The command line: names, options and exit codes are a contract with people and scripts (README, 'Commands'). */
function makeProgram(): Command {
  const program = new Command('ftps-sync')
    .description('Partner file exchange between FTPS servers and S3, serverless.')
    .version(packageJson.version, '-V, --version', 'the version of this program')
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
  addFlowCommands(program);
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
  addOperatorCommands(program);
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

function doctorRequest(partner: string | undefined, write: unknown): DoctorRequest {
  const read = doctorRequestSchema.safeParse({ partner, write });
  if (read.success) return { partner: read.data.partner, write: read.data.write };
  const [issue] = read.error.issues;
  const wrong = issue?.path[0] === 'write' ? `--write '${String(write)}'` : `The partner's name '${partner}'`;
  throw new CommandFault(exitCodes.usage, `${wrong} ${issue?.message}.`);
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
