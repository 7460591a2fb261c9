import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportedFile, RunReport } from '../../lambdas/contract/documents.ts';
import { flowIdSchema, partnerIdSchema } from '../../lambdas/contract/ids.ts';
import { bytesText, durationText } from '../amounts.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { followRun } from '../follow-run.ts';
import type { CommonOptions } from '../options.ts';
import { runFiles } from '../run-files.ts';
import { runText } from '../run-text.ts';
import type { Stage } from '../stage.ts';
import { textTable } from '../text-table.ts';
import { withStage } from '../with-stage.ts';
import { DemoFiles } from './demo-files.ts';
import { type demoFlows, demoPartner, startDemoPartner } from './demo-partner.ts';

/** One execution of the demo. */
interface DemoStep {
  readonly title: string;
  readonly report: RunReport;
  readonly files: readonly ReportedFile[];
  /** Exactly the files that should have moved have moved, each with the partner's SHA-256 of that moment. */
  readonly asExpected: boolean;
}

/**
 * The nightly pull on the embedded default, from nothing to a report: a real FTPS partner, the deployed functions, the
 * synthesized state machine. Ends with exit 0 only where each run moved exactly what it should, with equal SHA-256.
 */
export async function demo(given: CommonOptions): Promise<ExitCode> {
  const folder = join(given.dataFolder, 'demo');
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
    `An FTPS partner listens on ${partner.host}:${partner.port} (explicit TLS, certificate of its own authority).`,
  );

  const steps = await withStage(options, 'demo', (stage) => story(stage, files, options));
  const wrong = steps.filter(({ asExpected }) => !asExpected);
  output.json({
    steps: steps.map(({ title, report }) => ({ title, ...report })),
    asExpected: wrong.length === 0,
  });
  output.text(`\n${summary(steps)}\n${whereToLook(folder, partners)}`);
  for (const { title } of wrong) output.note(`Not as expected: ${title}`);
  return wrong.length === 0 ? exitCodes.done : exitCodes.ourFault;
}

/** Plan, pull, pull again, change, pull the changes. */
async function story(stage: Stage, files: DemoFiles, options: CommonOptions): Promise<DemoStep[]> {
  const steps: DemoStep[] = [];
  const play = async (
    title: string,
    flow: (typeof demoFlows)[number],
    mode: 'plan' | 'run',
    expected: number,
  ) => {
    options.output.text(`\n== ${title}\n`);
    const input = {
      partner: partnerIdSchema.parse(demoPartner),
      flow: flowIdSchema.parse(flow),
      mode,
      acceptListing: false,
    };
    const report = await followRun(stage, input, options.output);
    const moved = await runFiles(stage, report, { offset: 0, limit: 1000 });
    options.output.text(runText(report, moved));
    steps.push({ title, report, files: moved, asExpected: isAsExpected(report, moved, { expected, files }) });
  };
  await play('The plan: what would move, what not, and why', 'invoices', 'plan', 26);
  await play('The first run of invoices', 'invoices', 'run', 26);
  await play(
    'The first run of settlements: 200 MB, and a file without its done file',
    'settlements',
    'run',
    1,
  );
  await play('A second run of invoices moves nothing', 'invoices', 'run', 0);
  await play('A second run of settlements moves nothing', 'settlements', 'run', 0);
  options.output.text('\n== The partner replaces one invoice, adds two, and completes a settlement\n');
  files.change();
  await play('The next run of invoices moves those alone', 'invoices', 'run', 3);
  await play('The next run of settlements takes the completed file', 'settlements', 'run', 1);
  return steps;
}

function isAsExpected(
  report: RunReport,
  moved: readonly ReportedFile[],
  { expected, files }: { readonly expected: number; readonly files: DemoFiles },
): boolean {
  const wanted = report.mode === 'plan' ? 'transfer' : 'transferred';
  const ofInterest = moved.filter(({ outcome }) => outcome === wanted);
  const isEqual = ({ path, sha256 }: ReportedFile) =>
    report.mode === 'plan' || sha256 === files.sha256Of(path);
  return report.status === 'succeeded' && ofInterest.length === expected && ofInterest.every(isEqual);
}

function summary(steps: readonly DemoStep[]): string {
  const rows = steps.map(({ report, files }) => [
    report.mode,
    report.flow,
    String(report.listed),
    String(
      report.mode === 'plan'
        ? files.filter(({ outcome }) => outcome === 'transfer').length
        : report.transferred,
    ),
    String(report.skipped),
    String(report.held),
    bytesText(report.bytes),
    durationText(report.seconds),
  ]);
  return textTable(['STEP', 'FLOW', 'LISTED', 'MOVED', 'SKIPPED', 'HELD', 'BYTES', 'TIME'], rows);
}

function whereToLook(folder: string, partners: string): string {
  const here = `--data ${folder} --partners ${partners}`;
  return [
    'Every object has the SHA-256 of the file at the partner. Where to look:',
    `  npx ftps-sync status ${here}`,
    `  npx ftps-sync ls ${demoPartner} invoices ${here}`,
    `  npx ftps-sync get ${demoPartner} invoices --to ./invoices ${here}`,
    `  ${join(partners, `${demoPartner}.yaml`)}   the partner file`,
    `  ${join(folder, 'logs')}   what the functions logged`,
    '',
  ].join('\n');
}
