import { existsSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { appOptionNames, appOptionsSchema } from './app-options.ts';
import { PartnerFileTooLong } from './constructs/blocks/partner-parameter.ts';
import { readPartnerFolder } from './partner-files/read-partner-files.ts';
import { SyncStack } from './sync-stack.ts';

/** The project's exit code for an invalid command line or partner file. */
const usageExitCode = 2;

/**
 * The app that `cdk` runs: one stack for one stage. It reports every invalid option and every error in the
 * partner files and then synthesizes nothing, so a bad partner file is never deployed.
 */
async function main(): Promise<void> {
  const app = new App({ autoSynth: false });
  const given = Object.fromEntries(appOptionNames.map((name) => [name, app.node.tryGetContext(name)]));
  const options = appOptionsSchema.safeParse(given);
  if (!options.success) {
    return refuse(options.error.issues.map(({ path, message }) => `-c ${path.join('.')}: ${message}`));
  }
  const folder = options.data.partners;
  if (!existsSync(folder)) return refuse([`-c partners: the folder ${folder} does not exist`]);
  const { partners, errors } = await readPartnerFolder(folder);
  if (errors.length > 0) {
    return refuse(
      errors.map(({ file, line, column, key, message }) => `${file}:${line}:${column} ${key} ${message}`),
    );
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  new SyncStack(app, { ...options.data, alarmTopic: options.data.alarmTopic, partners });
  app.synth();
}

function refuse(errors: readonly string[]): void {
  process.stderr.write(errors.map((error) => `${error}\n`).join(''));
  process.exitCode = usageExitCode;
}

await main().catch((error: unknown) => {
  if (!(error instanceof PartnerFileTooLong)) throw error;
  refuse([error.message]);
});
