import type { RunReport } from '../../lambdas/contract/documents/run-report.ts';
import { type ExecutionRequest, startRunOutputSchema } from '../../lambdas/contract/workflow.ts';
import { findRunByOwner } from '../../lambdas/ledger/runs/run-record.ts';
import { CommandError, exitCodes } from '../exit-code.ts';
import { executionError, runExecution } from '../stage/run-execution.ts';
import type { Stage } from '../stage/stage.ts';
import type { Output } from '../text/output.ts';
import { ProgressDisplay } from '../text/progress-display.ts';

/**
 * Starts a run and shows its progress until it has ended.
 * @returns the run's report, whatever its status.
 * @throws CommandError when there is no report: `busy` when the flow has a run already, otherwise the error
 * of the step that failed.
 */
export async function followRun(stage: Stage, input: ExecutionRequest, output: Output): Promise<RunReport> {
  const display = new ProgressDisplay(output, () => performance.now());
  const readRecord = (owner: string) =>
    findRunByOwner(stage.table, input, { owner, mode: input.mode ?? 'run' });
  try {
    const execution = await runExecution(stage.executions, {
      stateMachineArn: stage.pullMachineArn,
      input,
      onRunning: async (executionArn) => {
        const record = await readRecord(executionArn);
        if (record?.progress !== undefined) display.show(record.progress);
      },
    });
    const record = await readRecord(execution.executionArn);
    if (record?.report !== undefined) return record.report;
    if (execution.status !== 'SUCCEEDED') throw executionError('The run', execution);
    const { decision, reason } = startRunOutputSchema.parse(JSON.parse(execution.output ?? '{}'));
    throw new CommandError(
      exitCodes.busy,
      `Run not started (${decision}): ${reason}. Try again when that has ended.`,
    );
  } finally {
    display.end();
  }
}
