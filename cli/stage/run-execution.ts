import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { parseStepError } from '../../lambdas/runtime/step-error.ts';
import { CommandError, exitCodeForErrorKind, exitCodes } from '../exit-code.ts';
import { poll } from './poll.ts';

/** Short enough for a person at a terminal, long enough for the quota of DescribeExecution. */
const intervalMs = 400;

export interface ExecutionStart {
  readonly stateMachineArn: string;
  /** Becomes the execution's input as JSON. */
  readonly input: object;
  /** Called after each look at an execution that still runs. */
  readonly onRunning?: (executionArn: string) => Promise<void>;
}

/** An execution that has ended: as SUCCEEDED, FAILED, TIMED_OUT or ABORTED. */
export type EndedExecution = DescribeExecutionCommandOutput & { readonly executionArn: string };

/** Starts an execution and waits until it has ended, however it ended. */
export async function runExecution(
  executions: SFNClient,
  { stateMachineArn, input, onRunning }: ExecutionStart,
): Promise<EndedExecution> {
  const { executionArn = '' } = await executions.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  return await poll(
    async () => {
      const execution = await executions.send(new DescribeExecutionCommand({ executionArn }));
      if (execution.status !== 'RUNNING') return { ...execution, executionArn };
      await onRunning?.(executionArn);
      return undefined;
    },
    { intervalMs },
  );
}

/**
 * The error of an execution that did not succeed: the message and the exit code of the step that failed, or
 * all that Step Functions says when no step of this product threw it.
 * @param name of the execution, for the message.
 */
export function executionError(
  name: string,
  { status, error = '', cause = '' }: Pick<EndedExecution, 'status' | 'error' | 'cause'>,
): CommandError {
  const stepError = parseStepError(cause);
  if (stepError !== undefined) {
    const { error: code, message } = stepError;
    return new CommandError(exitCodeForErrorKind(code), message, { code });
  }
  return new CommandError(exitCodes.internal, `${name} ended as ${status}: ${error} ${cause}`.trimEnd());
}
