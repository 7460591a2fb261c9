import { type Argument, Command, CommanderError, Option } from 'commander';
import { shownText } from '../lambdas/core/path/printable-text.ts';
import { damagedDataError } from '../local/account/usage-error.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { CommandDefinition, CommandGroup } from './args/command-definition.ts';
import { commonHeading } from './args/common-options.ts';
import { Invocation } from './args/invocation.ts';
import type { OptionDefinition } from './args/option-definition.ts';
import { toEndedCommand, usageErrorDocument } from './documents/error-document.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { makeOutput, type Output } from './text/output.ts';

/** Loads a command's file only when the command is used or all of them are listed. */
type LoadCommand = () => Promise<{ readonly command: CommandDefinition | CommandGroup }>;

/**
 * All commands by name, under the headings and in the order of the help. Names, options and exit codes are a
 * contract with people and scripts (README, 'Commands').
 */
const commands: Readonly<Record<string, Readonly<Record<string, LoadCommand>>>> = {
  'Set up and check:': {
    demo: () => import('./commands/setup/demo.ts'),
    validate: () => import('./commands/setup/validate.ts'),
    secret: () => import('./commands/setup/secret.ts'),
    doctor: () => import('./commands/setup/doctor.ts'),
    cost: () => import('./commands/setup/cost.ts'),
    local: () => import('./commands/setup/local.ts'),
  },
  'Run a flow:': {
    plan: () => import('./commands/runs/plan.ts'),
    run: () => import('./commands/runs/run.ts'),
    approve: () => import('./commands/runs/approve.ts'),
    runs: () => import('./commands/runs/runs.ts'),
    report: () => import('./commands/runs/report.ts'),
    logs: () => import('./commands/runs/logs.ts'),
  },
  'Inspect:': {
    status: () => import('./commands/inspect/status.ts'),
    attention: () => import('./commands/inspect/attention.ts'),
    files: () => import('./commands/inspect/files.ts'),
    verify: () => import('./commands/inspect/verify.ts'),
  },
  'Objects of a flow:': {
    ls: () => import('./commands/objects/ls.ts'),
    get: () => import('./commands/objects/get.ts'),
    put: () => import('./commands/objects/put.ts'),
  },
  'Operate:': {
    pause: () => import('./commands/operate/pause.ts'),
    resume: () => import('./commands/operate/resume.ts'),
    replay: () => import('./commands/operate/replay.ts'),
    redrive: () => import('./commands/operate/redrive.ts'),
    forget: () => import('./commands/operate/forget.ts'),
    adopt: () => import('./commands/operate/adopt.ts'),
  },
};

/**
 * Runs the command line and prints what it says: answers to stdout, errors and progress to stderr. With
 * --json, an error is the one document on stdout too.
 * @param argv the arguments without `node` and the script's path.
 * @returns the exit code of the command; `usage` when the command line is wrong. Never throws.
 */
export async function runCli(argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.done;
  const output = makeOutput(wantsJson(argv) ? 'json' : 'text');
  try {
    const program = await makeProgram(argv, { output, onEnd: (ended) => (exitCode = ended) });
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return error instanceof CommanderError ? endOfCommander(error, output) : endOfError(error, output);
  }
}

/**
 * The same for an error that no caller can catch. The ledger of the local stack throws so where it finds
 * damage while it answers a request.
 */
export function endOfUncaught(error: unknown, argv: readonly string[]): ExitCode {
  const isDamage =
    error instanceof Error && 'code' in error && /^LEVEL_(CORRUPTION|IO_ERROR)$/.test(String(error.code));
  const output = makeOutput(wantsJson(argv) ? 'json' : 'text');
  return endOfError(
    isDamage ? damagedDataError('the ledger', 'tables', error.message, error) : error,
    output,
  );
}

function endOfError(error: unknown, output: Output): ExitCode {
  const { document, exitCode } = toEndedCommand(error);
  output.json(document);
  output.note(document.error.message.split('\n').map(shownText).join('\n'));
  return exitCode;
}

/** Before the options are parsed: an error in them is reported in the form that they ask for. */
function wantsJson(argv: readonly string[]): boolean {
  return argv.includes('--json');
}

/** commander has printed what is wrong as text. --help and --version end this way too, with 0. */
function endOfCommander({ exitCode, message }: CommanderError, output: Output): ExitCode {
  if (exitCode === 0) return exitCodes.done;
  output.json(usageErrorDocument(message.replace(/^error: /, '')));
  return exitCodes.usage;
}

/** Registers the one command that is called, or all where none is named: loading all takes a second. */
async function makeProgram(
  argv: readonly string[],
  { output, onEnd }: { readonly output: Output; readonly onEnd: (exitCode: ExitCode) => void },
): Promise<Command> {
  const program = new Command('ftps-sync')
    .description('Exchange files between partner FTPS servers and Amazon S3.')
    .usage('<command> [options]')
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .commandsGroup('Help:')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ subcommandTerm: commandTerm })
    .configureOutput({ writeErr: (text) => output.note(text.trimEnd()) })
    .exitOverride()
    .showHelpAfterError("See 'ftps-sync --help'.");
  const all = Object.entries(commands).flatMap(([heading, group]) =>
    Object.entries(group).map(([name, load]) => ({ heading, name, load })),
  );
  const called = all.filter(({ name }) => name === argv[0]);
  for (const { heading, load } of called.length === 0 ? all : called) {
    const { command } = await load();
    register(program, command, onEnd).helpGroup(heading);
  }
  return program;
}

function register(
  parent: Command,
  definition: CommandDefinition | CommandGroup,
  onEnd: (exitCode: ExitCode) => void,
): Command {
  if ('subcommands' in definition) {
    const group = parent.command(definition.name).description(definition.summary);
    for (const subcommand of definition.subcommands) register(group, subcommand, onEnd);
    return group;
  }
  const { usage, summary, description = summary, options, action } = definition;
  const command = parent.command(usage).summary(summary).description(description);
  command.addHelpOption(new Option('-h, --help', 'show help').helpGroup(commonHeading));
  command.showHelpAfterError(`See '${fullName(command)} --help'.`);
  for (const option of options) command.addOption(toOption(option));
  return command.action(async () => onEnd(await action(new Invocation(command.args, command.opts()))));
}

/** `ftps-sync secret put`. */
function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

/** `run <partner> [flow]`, and for a group of one `secret put <partner>`. */
function commandTerm(command: Command): string {
  const [subcommand, ...others] = command.commands;
  const rest =
    subcommand !== undefined && others.length === 0
      ? commandTerm(subcommand)
      : command.registeredArguments.map(argumentTerm).join(' ');
  return `${command.name()} ${rest}`.trimEnd();
}

function argumentTerm(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${name}>` : `[${name}]`;
}

function toOption({ flags, description, heading, isRequired, ...given }: OptionDefinition): Option {
  const option = new Option(flags, description);
  if (given.default !== undefined) option.default(given.default);
  if (isRequired) option.makeOptionMandatory();
  if (heading !== undefined) option.helpGroup(heading);
  return option;
}
