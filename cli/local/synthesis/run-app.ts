import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { LocalUsageFault } from '../usage-fault.ts';

/** The folder of infra/, lambdas/ and package.json. */
export const projectFolder = fileURLToPath(new URL('../../..', import.meta.url));

/** How the app says that its options or the partner files are wrong. */
const usageExitCode = 2;

const cdkJsonSchema = z.object({ context: z.record(z.string(), z.json()).default({}) });

export interface AppRun {
  readonly stage: string;
  readonly partners: string;
  /** Where the app writes its output. */
  readonly output: string;
  /** Building the functions takes most of the time, and is not needed where only partner files have changed. */
  readonly functions: 'build' | 'leave';
}

/**
 * Runs the CDK app of infra/ as `cdk synth` would, without its start-up time.
 * @throws LocalUsageFault with the app's own text, where it finds the partner files or the stage wrong.
 */
export async function runApp({ stage, partners, output, functions }: AppRun): Promise<void> {
  const cdkJson = cdkJsonSchema.parse(JSON.parse(readFileSync(join(projectFolder, 'cdk.json'), 'utf8')));
  const context = {
    // Given whole: the feature flags of cdk.json shape the template.
    ...cdkJson.context,
    ...(functions === 'build' ? {} : { 'aws:cdk:bundling-stacks': [] }),
    stage,
    partners,
  };
  // CDK and npm keep caches in the home and Node one in the temporary folder; here they go with the other outputs.
  const caches = join(output, '..', 'caches');
  const child = spawn(process.execPath, [join('infra', 'app.ts')], {
    cwd: projectFolder,
    env: {
      ...process.env,
      CDK_OUTDIR: output,
      // Half of the time, for faults that only CloudFormation would stumble over: `cdk synth` and `cdk deploy` look for them.
      CDK_VALIDATION: 'false',
      HOME: caches,
      USERPROFILE: caches,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(caches, 'node'),
      CDK_CONTEXT_JSON: JSON.stringify(context),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (exitCode === 0) return;
  if (exitCode === usageExitCode) throw new LocalUsageFault(said.trim());
  throw new Error(`infra/app.ts ended with exit code ${exitCode}:\n${said}`);
}
