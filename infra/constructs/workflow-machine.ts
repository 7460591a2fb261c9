import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  DefinitionBody,
  type IChainable,
  LogLevel,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { logicalId } from './finding-names.ts';
import type { SyncFunction } from './sync-function.ts';

/** Longer than any run may take that has not gone astray: the biggest files need some hours. */
const longestRun = Duration.hours(24);

export interface WorkflowMachineProps {
  readonly stateMachineName: string;
  readonly definition: IChainable;
  /** Those that the definition calls. */
  readonly functions: readonly SyncFunction[];
}

/** A state machine `Machine` below the scope, traced, with a log of its errors that is kept for a month. */
export function createMachine(scope: Construct, props: WorkflowMachineProps): StateMachine {
  const { stateMachineName, definition, functions } = props;
  const machine = new StateMachine(scope, 'Machine', {
    stateMachineName,
    // STANDARD: each state exactly once, a history that stays for 90 days, and no end after five minutes.
    stateMachineType: StateMachineType.STANDARD,
    definitionBody: DefinitionBody.fromChainable(definition),
    timeout: longestRun,
    tracingEnabled: true,
    logs: {
      level: LogLevel.ERROR,
      includeExecutionData: true,
      destination: new LogGroup(scope, 'Log', {
        // Under this prefix the logs service needs no entry for each log group in its resource policy, which is short.
        logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
        retention: RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    },
  });
  Validations.of(machine).acknowledge(
    {
      id: 'AwsSolutions-SF1',
      reason: 'Every event is in the execution history for 90 days; the log is for errors.',
    },
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'The delivery of logs and traces knows no resources (Step Functions developer guide).',
    },
    ...functions.map((each) => ({
      id: `AwsSolutions-IAM5[Resource::<${logicalId(each.function)}.Arn>:*]`,
      reason: 'The versions of one function of this stack.',
    })),
  );
  return machine;
}
