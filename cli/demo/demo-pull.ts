import type { ReportedFile, RunReport } from '../../lambdas/contract/documents/run-report.ts';
import { flowIdSchema, partnerIdSchema } from '../../lambdas/contract/ids.ts';
import { followRun } from '../runs/follow-run.ts';
import { runFiles } from '../runs/run-files.ts';
import { shownReport } from '../runs/shown-report.ts';
import type { Stage } from '../stage/stage.ts';
import type { Output } from '../text/output.ts';
import { runText } from '../text/run-text.ts';
import type { DemoFiles } from './demo-files.ts';
import { demoPartner } from './demo-partner.ts';
import type { DemoStep } from './demo-step.ts';

interface PullStep {
  readonly title: string;
  readonly flow: 'invoices' | 'settlements';
  readonly mode: 'plan' | 'run';
  /** How many files it transfers. */
  readonly expected: number;
}

const firstNight: readonly PullStep[] = [
  {
    title: 'Plan of invoices: what a run would transfer, what not, and why',
    flow: 'invoices',
    mode: 'plan',
    expected: 26,
  },
  { title: 'First run of invoices', flow: 'invoices', mode: 'run', expected: 26 },
  {
    title: 'First run of settlements: a file of 200 MB, and one without its done file',
    flow: 'settlements',
    mode: 'run',
    expected: 1,
  },
  { title: 'Second run of invoices: nothing to transfer', flow: 'invoices', mode: 'run', expected: 0 },
  { title: 'Second run of settlements: nothing to transfer', flow: 'settlements', mode: 'run', expected: 0 },
];

const secondNight: readonly PullStep[] = [
  {
    title: 'Next run of invoices: only the changed and new files',
    flow: 'invoices',
    mode: 'run',
    expected: 3,
  },
  {
    title: 'Next run of settlements: only the completed file',
    flow: 'settlements',
    mode: 'run',
    expected: 1,
  },
];

/** Plans and pulls both flows, pulls again without changes, then changes files and pulls the changes. */
export async function demoPull(stage: Stage, files: DemoFiles, output: Output): Promise<DemoStep[]> {
  const steps: DemoStep[] = [];
  const context = { stage, files, output };
  for (const step of firstNight) steps.push(await runStep(step, context));
  output.text('\n== The partner replaces an invoice, adds two, and completes a settlement\n');
  files.change();
  for (const step of secondNight) steps.push(await runStep(step, context));
  return steps;
}

interface PullContext {
  readonly stage: Stage;
  readonly files: DemoFiles;
  readonly output: Output;
}

async function runStep(step: PullStep, { stage, files, output }: PullContext): Promise<DemoStep> {
  const { title, flow, mode, expected } = step;
  output.text(`\n== ${title}\n`);
  const partner = partnerIdSchema.parse(demoPartner);
  const report = await followRun(
    stage,
    { partner, flow: flowIdSchema.parse(flow), mode, acceptListing: false },
    output,
  );
  const shown = await runFiles(stage, report, { offset: 0, limit: 1000 });
  output.text(runText(await shownReport(stage, report), shown));
  const moved = shown.filter(({ outcome }) => outcome === (mode === 'plan' ? 'transfer' : 'transferred'));
  const { listed, skipped, held, bytes, seconds } = report;
  const asExpected =
    report.status === 'succeeded' && moved.length === expected && haveExpectedContent(report, moved, files);
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

function haveExpectedContent(report: RunReport, moved: readonly ReportedFile[], files: DemoFiles): boolean {
  return report.mode === 'plan' || moved.every(({ path, sha256 }) => sha256 === files.sha256(path));
}
