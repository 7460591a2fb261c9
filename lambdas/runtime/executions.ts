import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  ExecutionDoesNotExist,
  type ExecutionListItem,
  paginateListExecutions,
  type SFNClient,
} from '@aws-sdk/client-sfn';

/** How an execution ended, in the words of Step Functions. */
export interface ExecutionEnd {
  /** `UNKNOWN`: Step Functions does not know the execution any more, as 90 days after its end. */
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'UNKNOWN';
  readonly error: string;
  readonly cause: string;
  readonly endedAt: Date | undefined;
  /** What it was started with, as JSON text. */
  readonly input: string;
}

/** An execution that did not end well. */
export interface BadExecution {
  readonly executionArn: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** Which ended executions are asked for: those that began and ended no earlier. */
export interface EndedSince {
  readonly begun: Date;
  readonly ended: Date;
}

/** Whether the execution still runs. One that Step Functions does not know (any more) does not. */
export async function isExecutionRunning(client: SFNClient, executionArn: string): Promise<boolean> {
  return (await endOfExecution(client, executionArn)) === undefined;
}

/** How the execution ended; undefined while it runs. */
export async function endOfExecution(
  client: SFNClient,
  executionArn: string,
): Promise<ExecutionEnd | undefined> {
  try {
    return endIn(await client.send(new DescribeExecutionCommand({ executionArn })));
  } catch (cause) {
    if (!(cause instanceof ExecutionDoesNotExist)) throw cause;
    return { status: 'UNKNOWN', error: '', cause: '', endedAt: undefined, input: '' };
  }
}

const badStatuses = ['FAILED', 'TIMED_OUT', 'ABORTED'] as const;

/** The executions of a machine that did not end well, in no order. */
export async function* badExecutions(
  client: SFNClient,
  stateMachineArn: string,
  since: EndedSince,
): AsyncGenerator<BadExecution> {
  for (const statusFilter of badStatuses) {
    for await (const { executions = [] } of paginateListExecutions(
      { client },
      { stateMachineArn, statusFilter },
    )) {
      // The newest come first.
      const young = executions.flatMap(badExecution).filter(({ startedAt }) => startedAt >= since.begun);
      yield* young.filter(({ endedAt }) => endedAt >= since.ended);
      if (young.length < executions.length) break;
    }
  }
}

function badExecution({ executionArn, startDate, stopDate }: ExecutionListItem): BadExecution[] {
  if (executionArn === undefined || startDate === undefined || stopDate === undefined) return [];
  return [{ executionArn, startedAt: startDate, endedAt: stopDate }];
}

function endIn(described: DescribeExecutionCommandOutput): ExecutionEnd | undefined {
  const { status = 'RUNNING', error = '', cause = '', stopDate: endedAt, input = '' } = described;
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return undefined;
  return { status, error, cause, endedAt, input };
}
