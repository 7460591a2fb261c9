import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readReport, writePage } from '../commands/report.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { DataFolderBusy, readLock } from '../local/lock.ts';
import type { CommonOptions } from '../options.ts';
import { withDeliveringStage } from '../with-stage.ts';
import { DemoFiles } from './demo-files.ts';
import { demoPartner, startDemoPartner } from './demo-partner.ts';
import { demoPull } from './demo-pull.ts';
import { demoPush } from './demo-push.ts';
import { stepsTable } from './demo-step.ts';

/**
 * The main job on the embedded default, from nothing to a report: a real FTPS partner, the deployed functions, the
 * synthesized state machine. Ends with exit 0 only where each step moved exactly what it should, with equal SHA-256.
 */
export async function demo(given: CommonOptions): Promise<ExitCode> {
  const folder = join(given.dataFolder, 'demo');
  const lock = readLock(folder);
  if (lock !== undefined) throw new DataFolderBusy(folder, lock);
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
  const listening = `An FTPS partner listens on ${partner.host}:${partner.port}`;
  output.note(`${listening} (explicit TLS, certificate of its own authority).`);

  const { steps, page } = await withDeliveringStage(options, 'demo', async (stage) => {
    const pulled = await demoPull(stage, files, output);
    const run = pulled.findLast((step) => step.flow === 'invoices')?.run;
    const page =
      run === undefined ? '' : await writePage(await readReport(stage, run), join(folder, 'report.html'));
    return { steps: [...pulled, ...(await demoPush(stage, files.tree, output))], page };
  });
  const wrong = steps.filter(({ asExpected }) => !asExpected);
  output.json({ steps, asExpected: wrong.length === 0, report: page });
  output.text(
    `\n${stepsTable(steps)}\n${whereToLook(folder, partners)}The report of the last run of invoices, as a page for a browser:\n  ${page}\n`,
  );
  for (const { title } of wrong) output.note(`Not as expected: ${title}`);
  return wrong.length === 0 ? exitCodes.done : exitCodes.ourFault;
}

function whereToLook(folder: string, partners: string): string {
  const here = `--data ${folder} --partners ${partners}`;
  return [
    'Everything that moved has the SHA-256 it had on the other side. Where to look:',
    `  npx ftps-sync status ${here}`,
    `  npx ftps-sync ls ${demoPartner} invoices ${here}`,
    `  npx ftps-sync get ${demoPartner} invoices --to ./invoices ${here}`,
    `  ${join(partners, `${demoPartner}.yaml`)}   the partner file`,
    `  ${join(folder, 'logs')}   what the functions logged`,
    '',
  ].join('\n');
}
