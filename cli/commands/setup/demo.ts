import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DataFolderBusyError, readLock } from '../../../local/lock.ts';
import type { CommandDefinition } from '../../args/command-definition.ts';
import { type CommonOptions, commonOptions } from '../../args/common-options.ts';
import { DemoFiles } from '../../demo/demo-files.ts';
import { demoPartner, startDemoPartner } from '../../demo/demo-partner.ts';
import { demoPull } from '../../demo/demo-pull.ts';
import { demoPush } from '../../demo/demo-push.ts';
import { stepsTable } from '../../demo/demo-step.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { readReport, writeReportPage } from '../../runs/report-page.ts';
import { withDeliveringStage } from '../../stage/with-stage.ts';

export const command: CommandDefinition = {
  usage: 'demo',
  summary: 'run an end-to-end demo with a built-in partner',
  description:
    'Run an end-to-end demo on the local stack with a built-in FTPS partner: pull, push and a run report. ' +
    'Needs no AWS account. Succeeds only if every transferred file has the expected SHA-256.',
  options: commonOptions,
  action: (invocation) => demo(invocation.commonOptions()),
};

/**
 * Runs the deployed functions and the synthesized state machines against a real FTPS server. Ends with 0 only
 * when each step moved exactly what it should, with equal SHA-256.
 */
async function demo(given: CommonOptions): Promise<ExitCode> {
  const folder = join(given.dataFolder, 'demo');
  const lock = readLock(folder);
  if (lock !== undefined) throw new DataFolderBusyError(folder, lock);
  await rm(folder, { recursive: true, force: true });
  const files = new DemoFiles(() => new Date());
  files.seed();
  const [partner, { partners, secretsFile }] = await startDemoPartner(files.tree, folder);
  await using _partner = partner;
  const options: CommonOptions = {
    ...given,
    target: 'local',
    dataFolder: folder,
    partnersFolder: partners,
    secretsFile,
  };
  const { output } = options;
  output.note(
    `The demo partner listens on ${partner.host}:${partner.port} (explicit TLS, certificate of a private authority).`,
  );

  const { steps, page } = await withDeliveringStage(options, 'demo', async (stage) => {
    const pulled = await demoPull(stage, files, output);
    const run = pulled.findLast((step) => step.flow === 'invoices')?.run;
    const page =
      run === undefined
        ? ''
        : await writeReportPage(await readReport(stage, run), join(folder, 'report.html'));
    return { steps: [...pulled, ...(await demoPush(stage, files.tree, output))], page };
  });
  const unexpected = steps.filter(({ asExpected }) => !asExpected);
  output.json({ steps, asExpected: unexpected.length === 0, report: page });
  output.text(`\n${stepsTable(steps)}\n`);
  if (unexpected.length === 0) {
    output.text('Every transferred file has the SHA-256 that it has on the other side.\n');
  }
  output.text(nextCommands({ folder, partners, page }));
  for (const { title } of unexpected) output.note(`Unexpected result: ${title}`);
  return unexpected.length === 0 ? exitCodes.done : exitCodes.internal;
}

function nextCommands({
  folder,
  partners,
  page,
}: {
  readonly folder: string;
  readonly partners: string;
  readonly page: string;
}): string {
  const here = `--data ${folder} --partners ${partners}`;
  return [
    'Explore the result:',
    `  npx ftps-sync status ${here}`,
    `  npx ftps-sync ls ${demoPartner} invoices ${here}`,
    `  npx ftps-sync get ${demoPartner} invoices --to ./invoices ${here}`,
    'Files:',
    `  ${join(partners, `${demoPartner}.yaml`)}   the partner file`,
    `  ${join(folder, 'logs')}   logs of the functions`,
    `  ${page}   report of the last run of invoices, for a browser`,
    '',
  ].join('\n');
}
