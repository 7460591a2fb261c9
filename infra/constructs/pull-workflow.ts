import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Policy } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { PullStep } from '../../lambdas/contract/names.ts';
import { arnStart, logicalId } from './finding-names.ts';
import { pullDefinition } from './pull-definition.ts';
import type { PullFunction } from './pull-function.ts';

/** Longer than any run may take that has not gone astray: the biggest files need some hours. */
const longestRun = Duration.hours(24);

export interface PullWorkflowProps {
  readonly stage: string;
  readonly functions: Readonly<Record<PullStep, PullFunction>>;
}

/** The pull as one state machine for all partners and flows of a stage; its input is the contract's `ExecutionInput`. */
export class PullWorkflow extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { stage, functions }: PullWorkflowProps) {
    super(scope, id);
    const stateMachineName = `ftps-sync-${stage}-pull`;
    this.machine = new StateMachine(this, 'Machine', {
      stateMachineName,
      // STANDARD: each state exactly once, a history that stays for 90 days, and no end after five minutes.
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromChainable(pullDefinition(this, functions)),
      timeout: longestRun,
      tracingEnabled: true,
      logs: {
        level: LogLevel.ERROR,
        includeExecutionData: true,
        destination: new LogGroup(this, 'Log', {
          // Under this prefix the logs service needs no entry for each log group in its resource policy, which is short.
          logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    this.#letStartRunSeeExecutions(functions['start-run']);
    this.#acknowledge(functions);
  }

  /**
   * StartRun takes over the lease of an execution that is no more. The policy stands beside the function's role and not under
   * it: the machine needs the function, the function waits for all that is under its role, and that must not be the machine.
   */
  #letStartRunSeeExecutions(startRun: PullFunction): void {
    const policy = new Policy(this, 'SeeExecutions', { roles: [startRun.role] });
    this.machine.grantExecution(policy, 'states:DescribeExecution');
    const machineName = `{"Fn::Select":[6,{"Fn::Split":[":",{"Ref":"${logicalId(this.machine)}"}]}]}`;
    const executions = `${arnStart(this, 'states')}:execution:${machineName}:*`;
    Validations.of(policy).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${executions}]`,
      reason: 'The executions of one state machine have no names before they start.',
    });
  }

  #acknowledge(functions: PullWorkflowProps['functions']): void {
    Validations.of(this.machine).acknowledge(
      {
        id: 'AwsSolutions-SF1',
        reason: 'Every event is in the execution history for 90 days; the log is for errors.',
      },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'The delivery of logs and traces knows no resources (Step Functions developer guide).',
      },
      ...Object.values(functions).map((step) => ({
        id: `AwsSolutions-IAM5[Resource::<${logicalId(step.function)}.Arn>:*]`,
        reason: 'The versions of one function of this stack.',
      })),
    );
  }
}
