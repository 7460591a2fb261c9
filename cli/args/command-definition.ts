import type { ExitCode } from '../exit-code.ts';
import type { Invocation } from './invocation.ts';
import type { OptionDefinition } from './option-definition.ts';

/**
 * A command as program.ts registers it.
 *
 * @example
 * ```ts
 * export const command: CommandDefinition = {
 *   usage: 'ls <partner> <flow>',
 *   summary: "list the objects under a flow's prefix",
 *   options: commonOptions,
 *   action: (invocation) => ls(invocation.flowName(), invocation.commonOptions()),
 * };
 * ```
 */
export interface CommandDefinition {
  /** The name and the arguments: `<required>`, `[optional]`, `[repeated...]`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Replaces the summary in the command's own help. */
  readonly description?: string;
  readonly options: readonly OptionDefinition[];
  readonly action: (invocation: Invocation) => Promise<ExitCode>;
}

/** Commands under one name, as `secret put`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly subcommands: readonly CommandDefinition[];
}
