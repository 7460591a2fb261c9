import type { Command } from 'commander';
import { z } from 'zod';
import { CommandFault, exitCodes } from './exit-code.ts';
import { makeOutput, type Output } from './output.ts';

/** The options that every command has. */
export interface CommonOptions {
  readonly partnersFolder: string;
  readonly target: 'local' | 'aws';
  readonly stageName: string;
  readonly dataFolder: string;
  readonly secretsFile: string | undefined;
  readonly output: Output;
}

const givenSchema = z.object({
  partners: z.string(),
  target: z.enum(['local', 'aws']).optional(),
  stage: z.string().optional(),
  data: z.string(),
  secrets: z.string().optional(),
  json: z.boolean().default(false),
});

/** The stage of the local stack, where nobody names one. */
const localStageName = 'local';

/** Adds the options that every command has. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--partners <folder>', 'where the partner files are', 'infra/partners')
    .option('--target <target>', 'local or aws (default: local, or aws where --stage is given)')
    .option('--stage <name>', 'the deployed stage')
    .option('--data <folder>', 'what the local stack keeps between commands', '.ftps-sync')
    .option('--secrets <file>', 'local secrets: JSON, secret name -> {"user", "password", ...}')
    .option('--json', 'one JSON document on stdout, everything else on stderr');
}

/** The common options of a command, with their defaults. @throws CommandFault where they contradict each other. */
export function commonOptions(command: Command): CommonOptions {
  const read = givenSchema.safeParse(command.opts());
  if (!read.success) {
    throw new CommandFault(
      exitCodes.usage,
      `--target must be local or aws, not '${String(command.opts().target)}'`,
    );
  }
  const { partners, stage, data, secrets, json } = read.data;
  const target = read.data.target ?? (stage === undefined ? 'local' : 'aws');
  if (target === 'aws' && stage === undefined) {
    throw new CommandFault(exitCodes.usage, '--target aws needs --stage NAME: the stage that was deployed');
  }
  return {
    partnersFolder: partners,
    target,
    stageName: stage ?? localStageName,
    dataFolder: data,
    secretsFile: secrets,
    output: makeOutput(json ? 'json' : 'text'),
  };
}

/** How long functions may take under `local up`, in seconds; undefined: as long as the template says. */
export function functionSecondsOf(command: Command): number | undefined {
  const { functionTime } = command.opts();
  if (functionTime === undefined) return undefined;
  const seconds = z.coerce.number().int().positive().safeParse(functionTime);
  if (seconds.success) return seconds.data;
  throw new CommandFault(
    exitCodes.usage,
    `--function-time must be a whole number of seconds from 1, not '${String(functionTime)}'`,
  );
}
