import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  ExecutionDoesNotExist,
  type ExecutionListItem,
  paginateListExecutions,
  type SFNClient,
} from '@aws-sdk/client-sfn';

/** How an execution ended, as Step Functions reports it. */
export interface ExecutionEnd {
  /** `UNKNOWN`: Step Functions no longer knows the execution. It forgets one 90 days after its end. */
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'UNKNOWN';
  readonly error: string;
  readonly cause: string;
  readonly endedAt: Date | undefined;
  /** The execution's input, as JSON text. */
  readonly input: string;
}

/** An execution that failed, timed out or was aborted. */
export interface FailedExecution {
  readonly executionArn: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** Limits a search to executions that started and ended no earlier than this. */
export interface FailedSince {
  readonly earliestStart: Date;
  readonly earliestEnd: Date;
}

/** Whether the execution is still running; false where Step Functions does not know it. */
export async function isExecutionRunning(client: SFNClient, executionArn: string): Promise<boolean> {
  return (await executionEnd(client, executionArn)) === undefined;
}

/** How the execution ended; undefined while it is running. */
export async function executionEnd(
  client: SFNClient,
  executionArn: string,
): Promise<ExecutionEnd | undefined> {
  try {
    return toExecutionEnd(await client.send(new DescribeExecutionCommand({ executionArn })));
  } catch (cause) {
    if (!(cause instanceof ExecutionDoesNotExist)) throw cause;
    return { status: 'UNKNOWN', error: '', cause: '', endedAt: undefined, input: '' };
  }
}

const failedStatuses = ['FAILED', 'TIMED_OUT', 'ABORTED'] as const;

/** The executions of a state machine that failed, timed out or were aborted, in no order. */
export async function* failedExecutions(
  client: SFNClient,
  stateMachineArn: string,
  since: FailedSince,
): AsyncGenerator<FailedExecution> {
  for (const statusFilter of failedStatuses) {
    for await (const { executions = [] } of paginateListExecutions(
      { client },
      { stateMachineArn, statusFilter },
    )) {
      // The list begins with the newest.
      const recent = executions
        .flatMap(toFailedExecution)
        .filter(({ startedAt }) => startedAt >= since.earliestStart);
      yield* recent.filter(({ endedAt }) => endedAt >= since.earliestEnd);
      if (recent.length < executions.length) break;
    }
  }
}

function toFailedExecution({ executionArn, startDate, stopDate }: ExecutionListItem): FailedExecution[] {
  if (executionArn === undefined || startDate === undefined || stopDate === undefined) return [];
  return [{ executionArn, startedAt: startDate, endedAt: stopDate }];
}

function toExecutionEnd(described: DescribeExecutionCommandOutput): ExecutionEnd | undefined {
  const { status = 'RUNNING', error = '', cause = '', stopDate: endedAt, input = '' } = described;
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return undefined;
  return { status, error, cause, endedAt, input };
}
