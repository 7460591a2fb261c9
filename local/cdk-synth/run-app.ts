import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { LocalUsageError } from '../account/usage-error.ts';

/** The folder with infra/, lambdas/ and package.json. */
export const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

/** The exit code of the app for wrong options or partner files. */
const usageExitCode = 2;

const cdkJsonSchema = z.object({ context: z.record(z.string(), z.json()).default({}) });

export interface AppRun {
  readonly stage: string;
  readonly partners: string;
  /** The folder for the output of the app. */
  readonly output: string;
  /** `skip` when only partner files have changed: building the functions takes most of the time. */
  readonly functions: 'build' | 'skip';
}

/**
 * Runs the CDK app of infra/ as `cdk synth` does, without the start-up time of the CDK CLI.
 * @throws LocalUsageError with the message of the app, when a partner file or the stage name is wrong.
 */
export async function runApp({ stage, partners, output, functions }: AppRun): Promise<void> {
  const cdkJson = cdkJsonSchema.parse(JSON.parse(readFileSync(join(projectFolder, 'cdk.json'), 'utf8')));
  const context = {
    // The feature flags in cdk.json change the template.
    ...cdkJson.context,
    ...(functions === 'build' ? {} : { 'aws:cdk:bundling-stacks': [] }),
    stage,
    partners,
  };
  // CDK and npm keep caches in the home folder, and Node in the temporary folder. Here they stay with the
  // outputs.
  const caches = join(output, '..', 'caches');
  const child = spawn(process.execPath, [join('infra', 'app.ts')], {
    cwd: projectFolder,
    env: {
      ...process.env,
      CDK_OUTDIR: output,
      // Takes half of the time, for errors that only matter to CloudFormation. `cdk synth` and `cdk deploy`
      // find them.
      CDK_VALIDATION: 'false',
      HOME: caches,
      USERPROFILE: caches,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(caches, 'node'),
      CDK_CONTEXT_JSON: JSON.stringify(context),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (exitCode === 0) return;
  if (exitCode === usageExitCode) throw new LocalUsageError(stderr.trim());
  throw new Error(`infra/app.ts ended with exit code ${exitCode}:\n${stderr}`);
}
