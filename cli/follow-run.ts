import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { z } from 'zod';
import type { RunReport } from '../lambdas/contract/run-report.ts';
import { type ExecutionRequest, startRunOutputSchema } from '../lambdas/contract/workflow.ts';
import { findRunByOwner, type RunRecord } from '../lambdas/ledger/run-record.ts';
import { CommandFault, exitCodeOfFault, exitCodes } from './exit-code.ts';
import type { Output } from './output.ts';
import { ProgressDisplay } from './progress-display.ts';
import type { Stage } from './stage.ts';

/** How often the execution is asked after: quick enough for a terminal, slow enough for the API's quota. */
const pollMs = 400;

/**
 * Starts an execution and shows its progress until it has ended.
 * @returns the run's report. @throws CommandFault where the run did not get as far as a report, or another one is under way.
 */
export async function followRun(stage: Stage, input: ExecutionRequest, output: Output): Promise<RunReport> {
  const { executionArn = '' } = await stage.executions.send(
    new StartExecutionCommand({ stateMachineArn: stage.pullMachineArn, input: JSON.stringify(input) }),
  );
  const display = new ProgressDisplay(output, () => performance.now());
  try {
    for (;;) {
      const execution = await stage.executions.send(new DescribeExecutionCommand({ executionArn }));
      const record = await findRunByOwner(stage.table, input, {
        owner: executionArn,
        mode: input.mode ?? 'run',
      });
      if (execution.status !== 'RUNNING') return reportOf(execution, record);
      if (record?.progress !== undefined) display.show(record.progress);
      await sleep(pollMs);
    }
  } finally {
    display.end();
  }
}

function reportOf(execution: DescribeExecutionCommandOutput, record: RunRecord | undefined): RunReport {
  if (record?.report !== undefined) return record.report;
  if (execution.status === 'SUCCEEDED') {
    const { decision, reason } = startRunOutputSchema.parse(JSON.parse(execution.output ?? '{}'));
    throw new CommandFault(
      exitCodes.busy,
      `Not started, ${decision}: ${reason}. Try again when that has ended.`,
    );
  }
  const fault = faultOf(execution.cause ?? '');
  const code = fault === undefined ? exitCodes.ourFault : exitCodeOfFault(fault.fault);
  const text = fault?.message ?? `${execution.status}: ${execution.error ?? ''} ${execution.cause ?? ''}`;
  throw new CommandFault(code, text);
}

const lambdaErrorSchema = z.object({ errorMessage: z.string() });
const stepFaultSchema = z.object({ fault: z.string(), message: z.string() });

/** A failed StartRun has no run to report on: what it threw is the execution's cause. */
export function faultOf(cause: string): z.infer<typeof stepFaultSchema> | undefined {
  try {
    return stepFaultSchema.parse(JSON.parse(lambdaErrorSchema.parse(JSON.parse(cause)).errorMessage));
  } catch {
    // Not one of ours: the caller shows the text as it is.
    return undefined;
  }
}
