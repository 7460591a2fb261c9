import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';

/** Whether the execution still runs. One that Step Functions does not know (any more) does not. */
export async function isExecutionRunning(client: SFNClient, executionArn: string): Promise<boolean> {
  try {
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
    return status === 'RUNNING' || status === 'PENDING_REDRIVE';
  } catch (cause) {
    if (cause instanceof ExecutionDoesNotExist) return false;
    throw cause;
  }
}
