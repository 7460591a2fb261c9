import { Command } from 'commander';
import { CommandFault, type ExitCode, exitCodes } from './exit-code.ts';
import { withCommonOptions } from './options.ts';
import type { FilesPage } from './run-files.ts';

/** What a command does. @param args as they were typed, in their order. */
type Work = (args: readonly string[], command: Command) => Promise<ExitCode>;

/** Adds a command with the options that every command has. @param usage its name and arguments. */
export function add(program: Command, usage: string, description: string): Command {
  return withCommonOptions(program.command(usage).description(description));
}

/** Makes work the action of a command, whose exit code is that of the program. */
export function ends(work: Work): (...given: unknown[]) => Promise<void> {
  // commander gives an action its arguments one by one, then the options, then the command.
  return async (...given) => {
    const command = given.at(-1);
    if (!(command instanceof Command)) throw new TypeError('commander did not say which command this is');
    process.exitCode = await work(command.args, command);
  };
}

/** Adds the options of a list of files, which {@link pageOf} reads. */
export function paged(command: Command): Command {
  return command
    .option('--limit <count>', 'show at most so many files', '1000')
    .option('--offset <count>', 'after leaving out so many', '0');
}

/** @throws CommandFault where one of the options is no whole number. */
export function pageOf(command: Command): FilesPage {
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
