import { Stack, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IConstruct } from 'constructs';
import { arnPrefix, executionArn, logicalId } from './nag-finding-ids.ts';
import type { SyncFunction } from './sync-function.ts';

/** The grants of the functions, each with the acknowledgement that cdk-nag asks for. */

/** Includes the indexes of the table. */
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
    reason: "CDK's grants for a table include its indexes, which hold only items of that table.",
  });
}

/** Includes listing: without it, S3 answers AccessDenied instead of NoSuchKey for a missing object. */
export function grantReadObjects(bucket: Bucket, reader: SyncFunction): void {
  bucket.grantRead(reader);
  acknowledgeBucketUse(bucket, reader, ['s3:GetObject*', 's3:GetBucket*', 's3:List*']);
}

/** Includes multipart uploads, their listing and abort; excludes deletion. */
export function grantPutObjects(bucket: Bucket, writer: SyncFunction): void {
  bucket.grantPut(writer);
  acknowledgeBucketUse(bucket, writer, ['s3:Abort*']);
}

/**
 * Acknowledges rights of a function on all objects of a bucket.
 * @param actions those that CDK's grant writes with a wildcard.
 */
export function acknowledgeBucketUse(bucket: Bucket, user: SyncFunction, actions: readonly string[]): void {
  const reason = "CDK's grants for one bucket: object actions on all objects of that bucket.";
  Validations.of(user).acknowledge(
    ...[...actions.map((action) => `Action::${action}`), `Resource::<${logicalId(bucket)}.Arn>/*`].map(
      (finding) => ({ id: `AwsSolutions-IAM5[${finding}]`, reason }),
    ),
  );
}

/**
 * Any partner file of the stage, by name. One grant for each partner would grow the policy with every
 * partner, and a misspelled name would get AccessDenied instead of ParameterNotFound. The files hold no
 * secret.
 */
export function grantReadPartner(partnersPath: string, reader: SyncFunction): void {
  allowOnPartnerFiles(reader, { action: 'ssm:GetParameter', resourceNames: [wildcardBelow(partnersPath)] });
}

/** All partner files of the stage by path: GetParametersByPath needs the path itself and what is below it. */
export function grantReadAllPartners(partnersPath: string, reader: SyncFunction): void {
  const path = partnersPath.replaceAll(/^\/|\/$/g, '');
  allowOnPartnerFiles(reader, {
    action: 'ssm:GetParametersByPath',
    resourceNames: [path, wildcardBelow(partnersPath)],
  });
}

function wildcardBelow(partnersPath: string): string {
  return `${partnersPath.replace(/^\//, '')}*`;
}

function allowOnPartnerFiles(
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
    id: `AwsSolutions-IAM5[Resource::${arnPrefix(reader, 'ssm')}:parameter/${resourceNames.at(-1)}]`,
    reason: 'The path holds only the partner files of this stage, and these hold no secret.',
  });
}

/** The status of any execution of the machine. */
export function grantReadExecutions(machine: StateMachine, reader: IGrantable & IConstruct): void {
  machine.grantExecution(reader, 'states:DescribeExecution');
  Validations.of(reader).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${executionArn(machine)}:*]`,
    reason: 'Executions of one state machine. Their names are not known before they start.',
  });
}

/** cdk-nag finds this only in an app that passes an `encryptionKey`. */
export function acknowledgeKeyUse(user: SyncFunction): void {
  Validations.of(user).acknowledge(
    ...['Action::kms:ReEncrypt*', 'Action::kms:GenerateDataKey*'].map((finding) => ({
      id: `AwsSolutions-IAM5[${finding}]`,
      reason: "CDK's grants for the use of one key, which encrypts the buckets and the ledger.",
    })),
  );
}
