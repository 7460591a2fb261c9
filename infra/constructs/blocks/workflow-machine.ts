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
import { logicalId } from './nag-finding-ids.ts';
import type { SyncFunction } from './sync-function.ts';

/** No healthy run takes this long: the largest files need a few hours. */
const maxRunTime = Duration.hours(24);

export interface WorkflowMachineProps {
  readonly stateMachineName: string;
  readonly definition: IChainable;
  /** The functions that the definition invokes. */
  readonly functions: readonly SyncFunction[];
}

/** A state machine with the id `Machine` in the scope, traced, with an error log that is kept for a month. */
export function createMachine(scope: Construct, props: WorkflowMachineProps): StateMachine {
  const { stateMachineName, definition, functions } = props;
  const machine = new StateMachine(scope, 'Machine', {
    stateMachineName,
    // STANDARD: exactly-once states, 90 days of history, and no limit of five minutes.
    stateMachineType: StateMachineType.STANDARD,
    definitionBody: DefinitionBody.fromChainable(definition),
    timeout: maxRunTime,
    tracingEnabled: true,
    logs: {
      level: LogLevel.ERROR,
      includeExecutionData: true,
      destination: new LogGroup(scope, 'Log', {
        // The prefix keeps the CloudWatch Logs resource policy, which has a size limit, from growing.
        // https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
        logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
        retention: RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    },
  });
  Validations.of(machine).acknowledge(
    {
      id: 'AwsSolutions-SF1',
      reason: 'The execution history keeps every event for 90 days; the log is for errors only.',
    },
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Log delivery and X-Ray have no resource-level permissions (Step Functions developer guide).',
    },
    ...functions.map((each) => ({
      id: `AwsSolutions-IAM5[Resource::<${logicalId(each.function)}.Arn>:*]`,
      reason: 'Versions of one function of this stack.',
    })),
  );
  return machine;
}
