import { afterAll } from 'vitest';
import { z } from 'zod';
import { findStage, type Stage } from '../../../cli/stage/stage.ts';
import type { PartnerSetup } from '../partner/test-partner.ts';
import { type CliFolder, makeCliFolder } from './cli-folder.ts';

/** The result of a command with --json. */
export interface Answer {
  readonly exitCode: number | null;
  readonly document: unknown;
  readonly stderr: string;
}

/** Commands against a stage that `local up` serves until the end of the test file. */
export interface ServedCli extends CliFolder {
  /** Runs a command with --json. */
  ask(...args: readonly string[]): Promise<Answer>;
  /** The stage of the commands, for direct access by a test. */
  readonly stage: Stage;
}

const upSchema = z.object({ environment: z.record(z.string(), z.string()) });

export async function serveCli(setups: readonly PartnerSetup[]): Promise<ServedCli> {
  const cli = makeCliFolder(setups);
  const up = cli.start('local', 'up');
  // Hooks run in reverse order: the stage ends before its folder is removed.
  afterAll(async () => {
    up.child.kill('SIGTERM');
    await up.ended;
  });
  Object.assign(process.env, upSchema.parse(JSON.parse(await up.firstLine)).environment);
  const stage = await findStage('local');
  return {
    ...cli,
    stage,
    ask: async (...args) => {
      const { exitCode, stdout, stderr } = await cli.run(...args, '--json');
      return { exitCode, document: stdout === '' ? undefined : JSON.parse(stdout), stderr };
    },
  };
}
