import { existsSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readPartnerFiles } from '../lambdas/contract/read-partner-file.ts';
import { appOptionNames, appOptionsSchema } from './app-options.ts';
import { PartnerFileTooLong } from './constructs/partner-parameter.ts';
import { SyncStack } from './sync-stack.ts';

/** The exit code of the project for a wrong command line or partner file. */
const usageExitCode = 2;

/**
 * The app that `cdk` runs: one stack for one stage. Anything wrong with its options or a partner file is said in full, and then
 * nothing is made: a bad partner never deploys.
 */
async function main(): Promise<void> {
  const app = new App({ autoSynth: false });
  const given = Object.fromEntries(appOptionNames.map((name) => [name, app.node.tryGetContext(name)]));
  const options = appOptionsSchema.safeParse(given);
  if (!options.success) {
    return refuse(options.error.issues.map(({ path, message }) => `-c ${path.join('.')}: ${message}`));
  }
  const folder = options.data.partners;
  if (!existsSync(folder)) return refuse([`-c partners: there is no folder ${folder}`]);
  const { partners, faults } = await readPartnerFiles(folder);
  if (faults.length > 0) {
    return refuse(
      faults.map(({ file, line, column, key, message }) => `${file}:${line}:${column} ${key} ${message}`),
    );
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  new SyncStack(app, { ...options.data, alarmTopic: options.data.alarmTopic, partners });
  app.synth();
}

function refuse(faults: readonly string[]): void {
  process.stderr.write(faults.map((fault) => `${fault}\n`).join(''));
  process.exitCode = usageExitCode;
}

await main().catch((error: unknown) => {
  if (!(error instanceof PartnerFileTooLong)) throw error;
  refuse([error.message]);
});
