import type { RunReport } from '../../lambdas/contract/run-report.ts';
import type { ExecutionRequest } from '../../lambdas/contract/workflow.ts';
import { flowOf } from '../../lambdas/partners/read-partner.ts';
import { type ExitCode, exitCodeOfFault, exitCodes } from '../exit-code.ts';
import { followRun } from '../follow-run.ts';
import type { CommonOptions } from '../options.ts';
import { type FilesPage, runFiles } from '../run-files.ts';
import { runText } from '../run-text.ts';
import { withDeliveringStage, withStage } from '../with-stage.ts';
import { planPush, runPush } from './push.ts';

/** `run` and `plan`: starts an execution, follows it and shows what came of it; a push has its own. */
export async function run(
  input: ExecutionRequest,
  page: FilesPage,
  options: CommonOptions,
): Promise<ExitCode> {
  const name = `${input.mode} ${input.partner} ${input.flow}`;
  const withIt = input.mode === 'plan' ? withStage : withDeliveringStage;
  return withIt(options, name, async (stage) => {
    const partner = await stage.readPartner(input.partner);
    const flow = flowOf(partner, input.flow);
    if (flow.direction === 'push') {
      const push = input.mode === 'plan' ? planPush : runPush;
      return push(stage, { partner, flow }, page, options);
    }
    const report = await followRun(stage, input, options.output);
    const files = await runFiles(stage, report, page);
    options.output.json({ ...report, files });
    options.output.text(runText(report, files));
    return exitCodeOf(report);
  });
}

/** What a command ends with that followed a run to this report. */
export function exitCodeOf(report: RunReport): ExitCode {
  switch (report.status) {
    case 'succeeded':
      return exitCodes.done;
    case 'incomplete':
      return exitCodes.someFilesFailed;
    case 'halted':
      return exitCodes.halted;
    case 'busy':
    case 'paused':
      return exitCodes.busy;
    case 'failed':
      return exitCodeOfFault(report.problem?.fault ?? 'internal');
  }
  return report.status satisfies never;
}
