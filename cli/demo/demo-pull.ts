import { flowIdSchema, partnerIdSchema } from '../../lambdas/contract/ids.ts';
import type { ReportedFile, RunReport } from '../../lambdas/contract/run-report.ts';
import { followRun } from '../follow-run.ts';
import type { Output } from '../output.ts';
import { runFiles } from '../run-files.ts';
import { runText } from '../run-text.ts';
import type { Stage } from '../stage.ts';
import type { DemoFiles } from './demo-files.ts';
import { demoPartner } from './demo-partner.ts';
import type { DemoStep } from './demo-step.ts';

interface PullStep {
  readonly title: string;
  readonly flow: 'invoices' | 'settlements';
  readonly mode: 'plan' | 'run';
  /** How many files it should move. */
  readonly expected: number;
}

const firstNight: readonly PullStep[] = [
  { title: 'The plan: what would move, what not, and why', flow: 'invoices', mode: 'plan', expected: 26 },
  { title: 'The first run of invoices', flow: 'invoices', mode: 'run', expected: 26 },
  {
    title: 'The first run of settlements: 200 MB, and a file without its done file',
    flow: 'settlements',
    mode: 'run',
    expected: 1,
  },
  { title: 'A second run of invoices moves nothing', flow: 'invoices', mode: 'run', expected: 0 },
  { title: 'A second run of settlements moves nothing', flow: 'settlements', mode: 'run', expected: 0 },
];

const secondNight: readonly PullStep[] = [
  { title: 'The next run of invoices moves those alone', flow: 'invoices', mode: 'run', expected: 3 },
  {
    title: 'The next run of settlements takes the completed file',
    flow: 'settlements',
    mode: 'run',
    expected: 1,
  },
];

/** Plan, pull, pull again, change, pull the changes. */
export async function demoPull(stage: Stage, files: DemoFiles, output: Output): Promise<DemoStep[]> {
  const steps: DemoStep[] = [];
  const scene = { stage, files, output };
  for (const step of firstNight) steps.push(await play(step, scene));
  output.text('\n== The partner replaces one invoice, adds two, and completes a settlement\n');
  files.change();
  for (const step of secondNight) steps.push(await play(step, scene));
  return steps;
}

interface DemoScene {
  readonly stage: Stage;
  readonly files: DemoFiles;
  readonly output: Output;
}

async function play(step: PullStep, { stage, files, output }: DemoScene): Promise<DemoStep> {
  const { title, flow, mode, expected } = step;
  output.text(`\n== ${title}\n`);
  const partner = partnerIdSchema.parse(demoPartner);
  const report = await followRun(
    stage,
    { partner, flow: flowIdSchema.parse(flow), mode, acceptListing: false },
    output,
  );
  const shown = await runFiles(stage, report, { offset: 0, limit: 1000 });
  output.text(runText(report, shown));
  const moved = shown.filter(({ outcome }) => outcome === (mode === 'plan' ? 'transfer' : 'transferred'));
  const { listed, skipped, held, bytes, seconds } = report;
  const asExpected =
    report.status === 'succeeded' && moved.length === expected && areEqual(report, moved, files);
  const run = mode === 'run' ? report.run : undefined;
  return {
    title,
    step: mode,
    flow,
    run,
    listed,
    moved: moved.length,
    skipped,
    held,
    bytes,
    seconds,
    asExpected,
  };
}

function areEqual(report: RunReport, moved: readonly ReportedFile[], files: DemoFiles): boolean {
  return report.mode === 'plan' || moved.every(({ path, sha256 }) => sha256 === files.sha256Of(path));
}
