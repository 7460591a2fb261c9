import { Validations } from 'aws-cdk-lib';
import { Policy } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { PullStep } from '../../../lambdas/contract/names.ts';
import { grantReadExecutions } from '../blocks/function-grants.ts';
import { executionArn, logicalId } from '../blocks/nag-finding-ids.ts';
import type { SyncFunction } from '../blocks/sync-function.ts';
import { createMachine } from '../blocks/workflow-machine.ts';
import { pullDefinition } from './pull-definition.ts';

export interface PullWorkflowProps {
  readonly stage: string;
  readonly functions: Readonly<Record<PullStep, SyncFunction>>;
  readonly runsBucket: Bucket;
}

/**
 * The pull: one state machine for all partners and flows of a stage. Its input is the contract's
 * `ExecutionInput`.
 */
export class PullWorkflow extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { stage, functions, runsBucket }: PullWorkflowProps) {
    super(scope, id);
    this.machine = createMachine(this, {
      stateMachineName: `ftps-sync-${stage}-pull`,
      definition: pullDefinition(this, {
        functions,
        // Imported by name: the type of `Bucket` does not satisfy the item readers under
        // exactOptionalPropertyTypes.
        runsBucket: Bucket.fromBucketName(this, 'RunsBucket', runsBucket.bucketName),
      }),
      functions: Object.values(functions),
    });
    this.#acknowledgeMaps(runsBucket);
    this.#grantReadExecutionsTo(functions['start-run']);
  }

  /** CDK's grants for Distributed Maps: their documents, and the machine's own executions. */
  #acknowledgeMaps(runsBucket: Bucket): void {
    const children = ['', '/TransferBatches', '/TransferSlices'].map(
      (label) => `${executionArn(this.machine, label)}:*`,
    );
    Validations.of(this.machine).acknowledge(
      ...children.map((executions) => ({
        id: `AwsSolutions-IAM5[Resource::${executions}]`,
        reason:
          'Executions of one state machine and of its maps. Their names are not known before they start.',
      })),
      {
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::<${logicalId(runsBucket)}>/*]`,
        reason:
          'Documents of runs, whose keys are not known before the runs: the maps read items and write results.',
      },
    );
  }

  /**
   * StartRun takes over the lease of an execution that has ended. The policy is not a child of the role: the
   * machine depends on the function and the function on everything below its role, which would be circular.
   */
  #grantReadExecutionsTo(startRun: SyncFunction): void {
    grantReadExecutions(this.machine, new Policy(this, 'ReadExecutions', { roles: [startRun.role] }));
  }
}
