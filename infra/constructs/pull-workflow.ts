import { Validations } from 'aws-cdk-lib';
import { Policy } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { PullStep } from '../../lambdas/contract/names.ts';
import { logicalId } from './finding-names.ts';
import { executionsHaveNoNames, executionsOf } from './function-grants.ts';
import { pullDefinition } from './pull-definition.ts';
import type { SyncFunction } from './sync-function.ts';
import { createMachine } from './workflow-machine.ts';

export interface PullWorkflowProps {
  readonly stage: string;
  readonly functions: Readonly<Record<PullStep, SyncFunction>>;
  readonly runsBucket: Bucket;
}

/** The pull as one state machine for all partners and flows of a stage; its input is the contract's `ExecutionInput`. */
export class PullWorkflow extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { stage, functions, runsBucket }: PullWorkflowProps) {
    super(scope, id);
    this.machine = createMachine(this, {
      stateMachineName: `ftps-sync-${stage}-pull`,
      definition: pullDefinition(this, {
        functions,
        // By its name: the bucket's own type does not fit what the item readers ask for (exactOptionalPropertyTypes).
        runsBucket: Bucket.fromBucketName(this, 'RunsBucket', runsBucket.bucketName),
      }),
      functions: Object.values(functions),
    });
    this.#acknowledgeMaps(runsBucket);
    this.#letStartRunSeeExecutions(functions['start-run']);
  }

  /** What CDK gives the machine for its Distributed Maps: their documents, and executions of its own. */
  #acknowledgeMaps(runsBucket: Bucket): void {
    const children = ['', '/TransferBatches', '/TransferSlices'].map(
      (label) => `${executionsOf(this.machine, label)}:*`,
    );
    Validations.of(this.machine).acknowledge(
      ...children.map((executions) => ({
        id: `AwsSolutions-IAM5[Resource::${executions}]`,
        reason: 'The executions of one state machine and of its maps have no names before they start.',
      })),
      {
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::<${logicalId(runsBucket)}>/*]`,
        reason:
          'The documents of runs have no names before the runs: the maps read their items there and write their results.',
      },
    );
  }

  /**
   * StartRun takes over the lease of an execution that is no more. The policy stands beside the function's role and not under
   * it: the machine needs the function, the function waits for all that is under its role, and that must not be the machine.
   */
  #letStartRunSeeExecutions(startRun: SyncFunction): void {
    const policy = new Policy(this, 'SeeExecutions', { roles: [startRun.role] });
    this.machine.grantExecution(policy, 'states:DescribeExecution');
    Validations.of(policy).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${executionsOf(this.machine)}:*]`,
      reason: executionsHaveNoNames,
    });
  }
}
