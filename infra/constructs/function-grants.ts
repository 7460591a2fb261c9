import { Stack, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { arnStart, logicalId } from './finding-names.ts';
import type { SyncFunction } from './sync-function.ts';

/** What the functions of both flows are given, each grant with the explanation that cdk-nag asks for. */

/** The table for a function. The index is granted with it, which cdk-nag wants to have explained. */
export function grantLedger(
  table: TableV2,
  reader: SyncFunction,
  use: 'read' | 'write' | 'read-write',
): void {
  if (use === 'read') table.grantReadData(reader);
  else if (use === 'write') table.grantWriteData(reader);
  else table.grantReadWriteData(reader);
  Validations.of(reader).acknowledge({
    id: `AwsSolutions-IAM5[Resource::<${logicalId(table)}.Arn>/index/*]`,
    reason: 'The grants of CDK for one table include its indexes, which hold nothing but items of the table.',
  });
}

/** Listing included: without it, S3 answers 'access denied' and not 'not found' of an object that is not there. */
export function grantReadObjects(bucket: Bucket, reader: SyncFunction): void {
  bucket.grantRead(reader);
  acknowledgeBucketUse(bucket, reader, ['s3:GetObject*', 's3:GetBucket*', 's3:List*']);
}

/** Multipart uploads included, with their listing and abort; deletion not. */
export function grantPutObjects(bucket: Bucket, writer: SyncFunction): void {
  bucket.grantPut(writer);
  acknowledgeBucketUse(bucket, writer, ['s3:Abort*']);
}

/** Called by whoever gives a function rights on all objects of a bucket, with the actions in which CDK writes a wildcard. */
export function acknowledgeBucketUse(bucket: Bucket, user: SyncFunction, actions: readonly string[]): void {
  const reason =
    'For one bucket: all its objects by actions on objects alone, named in IAM, and nothing else.';
  Validations.of(user).acknowledge(
    ...[...actions.map((action) => `Action::${action}`), `Resource::<${logicalId(bucket)}.Arn>/*`].map(
      (finding) => ({ id: `AwsSolutions-IAM5[${finding}]`, reason }),
    ),
  );
}

/**
 * Any partner file of the stage, by its name. One grant for each partner would grow the policy with every partner, and would
 * answer 'access denied' instead of 'not found' where an operator misspells one. They hold no secret.
 */
export function grantReadPartner(partnersPath: string, reader: SyncFunction): void {
  allowOnPartners(reader, { action: 'ssm:GetParameter', resourceNames: [below(partnersPath)] });
}

/** All partner files of the stage, by their common path: the path itself, as it is asked for, and what is below it. */
export function grantReadAllPartners(partnersPath: string, reader: SyncFunction): void {
  const path = partnersPath.replaceAll(/^\/|\/$/g, '');
  allowOnPartners(reader, {
    action: 'ssm:GetParametersByPath',
    resourceNames: [path, below(partnersPath)],
  });
}

function below(partnersPath: string): string {
  return `${partnersPath.replace(/^\//, '')}*`;
}

function allowOnPartners(
  reader: SyncFunction,
  { action, resourceNames }: { readonly action: string; readonly resourceNames: readonly string[] },
): void {
  const stack = Stack.of(reader);
  reader.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: [action],
      resources: resourceNames.map((resourceName) =>
        stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName }),
      ),
    }),
  );
  Validations.of(reader).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${arnStart(reader, 'ssm')}:parameter/${resourceNames.at(-1)}]`,
    reason: 'The path holds the partner files of this stage and nothing else, and they hold no secret.',
  });
}

/** How an execution of the machine stands, asked for by its ARN. */
export function grantSeeExecutions(machine: StateMachine, reader: SyncFunction): void {
  machine.grantExecution(reader, 'states:DescribeExecution');
  Validations.of(reader).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${executionsOf(machine)}:*]`,
    reason: executionsHaveNoNames,
  });
}

export const executionsHaveNoNames = 'The executions of one state machine have no names before they start.';

/** The machine's executions, as cdk-nag writes them. @param label of a Distributed Map, with a slash before it, for its children. */
export function executionsOf(machine: StateMachine, label = ''): string {
  const machineName = `{"Fn::Select":[6,{"Fn::Split":[":",{"Ref":"${logicalId(machine)}"}]}]}`;
  return `${arnStart(machine, 'states')}:execution:${machineName}${label}`;
}

/** Found only where the app brings a key of its own. */
export function acknowledgeKeyUse(user: SyncFunction): void {
  Validations.of(user).acknowledge(
    ...['Action::kms:ReEncrypt*', 'Action::kms:GenerateDataKey*'].map((finding) => ({
      id: `AwsSolutions-IAM5[${finding}]`,
      reason: 'The grants of CDK for the use of one key, which encrypts the buckets and the ledger.',
    })),
  );
}
