import { afterAll } from 'vitest';
import { z } from 'zod';
import { findStage, type Stage } from '../../../cli/stage.ts';
import { type CliFolder, makeCliFolder } from './cli-folder.ts';
import type { PartnerSetup } from './test-partner.ts';

/** What a command said with --json, and what it ended with. */
export interface Answer {
  readonly exitCode: number | null;
  readonly document: unknown;
  readonly stderr: string;
}

/** Commands of a stage that `local up` keeps running until the test file has ended. */
export interface ServedCli extends CliFolder {
  /** Runs a command with --json. */
  ask(...args: readonly string[]): Promise<Answer>;
  /** What the commands work on: for what a test cannot wait until they do it. */
  readonly stage: Stage;
}

const upSchema = z.object({ environment: z.record(z.string(), z.string()) });

export async function serveCli(setups: readonly PartnerSetup[]): Promise<ServedCli> {
  const cli = makeCliFolder(setups);
  const up = cli.start('local', 'up');
  // The hooks run from the last to the first: the stage ends before its folder goes.
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
