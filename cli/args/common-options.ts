import { z } from 'zod';
import { CommandError, exitCodes } from '../exit-code.ts';
import { makeOutput, type Output } from '../text/output.ts';
import type { OptionDefinition } from './option-definition.ts';

/** The options of every command that works on a stage or on partner files. */
export interface CommonOptions {
  readonly partnersFolder: string;
  readonly target: 'local' | 'aws';
  readonly stageName: string;
  readonly dataFolder: string;
  readonly secretsFile: string | undefined;
  readonly output: Output;
}

/** Of the help of every command. */
export const commonHeading = 'Common options:';
const heading = commonHeading;

export const jsonOption: OptionDefinition = {
  heading,
  flags: '--json',
  description: 'print one JSON document to stdout, everything else to stderr',
};

export const commonOptions: readonly OptionDefinition[] = [
  {
    flags: '--partners <folder>',
    description: 'the folder with the partner files',
    default: 'infra/partners',
    heading,
  },
  {
    flags: '--target <target>',
    description: 'local or aws (default: aws with --stage, else local)',
    heading,
  },
  { flags: '--stage <name>', description: 'the deployed stage to use', heading },
  {
    flags: '--data <folder>',
    description: 'where the local stack keeps its data between commands',
    default: '.ftps-sync',
    heading,
  },
  {
    flags: '--secrets <file>',
    description: 'secrets of the local stack, as JSON: {"<secret name>": {"user", "password", ...}}',
    heading,
  },
  jsonOption,
];

const givenSchema = z.object({
  partners: z.string(),
  target: z.enum(['local', 'aws']).optional(),
  stage: z.string().optional(),
  data: z.string(),
  secrets: z.string().optional(),
  json: z.boolean().default(false),
});

/** The name of the local stack's stage when --stage is absent. */
const localStageName = 'local';

/**
 * The common options with their defaults.
 * @throws CommandError (usage) when `--target` is unknown, or is `aws` without `--stage`.
 */
export function readCommonOptions(given: Readonly<Record<string, unknown>>): CommonOptions {
  const read = givenSchema.safeParse(given);
  if (!read.success) {
    throw new CommandError(exitCodes.usage, `--target must be local or aws, not '${String(given.target)}'.`);
  }
  const { partners, stage, data, secrets, json } = read.data;
  const target = read.data.target ?? (stage === undefined ? 'local' : 'aws');
  if (target === 'aws' && stage === undefined) {
    throw new CommandError(exitCodes.usage, '--target aws needs --stage NAME, the name of a deployed stage.');
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
