import { Stack, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { type PullStep, pullSteps } from '../../lambdas/contract/names.ts';
import { arnStart, logicalId } from './finding-names.ts';
import type { PullFunction } from './pull-function.ts';

/**
 * What a step touches: the ledger and the runs' documents (read and write), the inbox (read and write, never delete), the
 * partner files, and the partners' secrets. What is not named here, a step cannot reach.
 */
type Reach = 'ledger' | 'runs' | 'inbox' | 'partners' | 'secrets';

const reaches: Readonly<Record<PullStep, readonly Reach[]>> = {
  'start-run': ['ledger', 'partners'],
  'list-remote': ['ledger', 'runs', 'partners', 'secrets'],
  'plan-run': ['ledger', 'runs', 'partners'],
  'transfer-batch': ['ledger', 'runs', 'partners', 'secrets', 'inbox'],
  'post-process': ['ledger', 'runs', 'partners', 'secrets'],
  'finish-run': ['ledger', 'runs'],
};

/** The steps that log in at a partner. */
export const stepsWithSecrets = pullSteps.filter((step) => reaches[step].includes('secrets'));

export interface GrantPullProps {
  readonly functions: Readonly<Record<PullStep, PullFunction>>;
  readonly table: TableV2;
  readonly inboxBucket: Bucket;
  readonly runsBucket: Bucket;
  readonly partnersPath: string;
}

/** Gives every step what it touches, except the secrets, which each partner brings (`FtpsSync`). */
export function grantPull(props: GrantPullProps): void {
  const grants: Readonly<Record<Reach, (step: PullFunction) => void>> = {
    ledger: (step) => props.table.grantReadWriteData(step),
    runs: (step) => grantReadAndPut(props.runsBucket, step),
    inbox: (step) => grantReadAndPut(props.inboxBucket, step),
    partners: (step) => grantReadPartners(props.partnersPath, step),
    secrets: () => {},
  };
  for (const step of pullSteps) {
    for (const reach of reaches[step]) grants[reach](props.functions[step]);
    acknowledgeKeyUse(props.functions[step]);
  }
}

/** Multipart uploads included, with their listing and abort; deletion not. */
function grantReadAndPut(bucket: Bucket, step: PullFunction): void {
  bucket.grantRead(step);
  bucket.grantPut(step);
  const objects = `Resource::<${logicalId(bucket)}.Arn>/*`;
  const reason =
    'The grants of CDK for one bucket: reading, listing and putting objects, all by their own names in IAM, and nothing else.';
  Validations.of(step).acknowledge(
    ...[
      'Action::s3:GetObject*',
      'Action::s3:GetBucket*',
      'Action::s3:List*',
      'Action::s3:Abort*',
      objects,
    ].map((finding) => ({ id: `AwsSolutions-IAM5[${finding}]`, reason })),
  );
}

/**
 * All partner files of the stage, by their common path. One grant for each partner would grow the policy with every partner,
 * and would answer 'access denied' instead of 'not found' where an operator misspells one. They hold no secret.
 */
function grantReadPartners(partnersPath: string, step: PullFunction): void {
  const stack = Stack.of(step);
  const resourceName = `${partnersPath.replace(/^\//, '')}*`;
  step.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['ssm:GetParameter'],
      resources: [stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName })],
    }),
  );
  Validations.of(step).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${arnStart(step, 'ssm')}:parameter/${resourceName}]`,
    reason: 'The path holds the partner files of this stage and nothing else, and they hold no secret.',
  });
}

/** Found only where the app brings a key of its own. */
function acknowledgeKeyUse(step: PullFunction): void {
  Validations.of(step).acknowledge(
    ...['Action::kms:ReEncrypt*', 'Action::kms:GenerateDataKey*'].map((finding) => ({
      id: `AwsSolutions-IAM5[${finding}]`,
      reason: 'The grants of CDK for the use of one key, which encrypts the buckets and the ledger.',
    })),
  );
}
