import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { PushFunction } from '../../../lambdas/contract/names.ts';
import {
  acknowledgeBucketUse,
  acknowledgeKeyUse,
  grantLedger,
  grantReadAllPartners,
  grantReadObjects,
  grantReadPartner,
} from '../blocks/function-grants.ts';
import type { SyncFunction } from '../blocks/sync-function.ts';

export interface GrantPushProps {
  readonly functions: Readonly<Record<PushFunction, SyncFunction>>;
  readonly table: TableV2;
  readonly outboxBucket: Bucket;
  readonly pushQueue: Queue;
  readonly pushDeadLetters: Queue;
  readonly partnersPath: string;
}

/**
 * Grants the functions of the push their access, except to secrets, which `FtpsSync` grants, and to the
 * queues they consume, which the event sources grant. None can write an object or delete a version of one.
 */
export function grantPush({
  functions,
  table,
  outboxBucket,
  pushQueue,
  pushDeadLetters,
  partnersPath,
}: GrantPushProps): void {
  const { 'route-object': routeObject, 'push-file': pushFile, reconcile } = functions;

  grantReadAllPartners(partnersPath, routeObject);
  grantLedger(table, routeObject, 'write');
  pushQueue.grantSendMessages(routeObject);

  grantReadPartner(partnersPath, pushFile);
  grantLedger(table, pushFile, 'read-write');
  grantReadObjects(outboxBucket, pushFile);
  grantAfterDelivery(outboxBucket, pushFile);
  pushQueue.grantSendMessages(pushFile);
  pushDeadLetters.grantSendMessages(pushFile);
  EventBus.fromEventBusName(pushFile, 'DefaultBus', 'default').grantPutEventsTo(pushFile);

  grantReadPartner(partnersPath, reconcile);
  grantLedger(table, reconcile, 'read-write');
  grantReadObjects(outboxBucket, reconcile);
  pushQueue.grantSendMessages(reconcile);

  for (const each of Object.values(functions)) acknowledgeKeyUse(each);
}

/**
 * What a flow's `after` may ask for: a tag on the delivered version, or a delete marker over it. CDK's own
 * grant for deletion would also let the function delete versions, and nothing would be left of an object
 * then.
 */
function grantAfterDelivery(outboxBucket: Bucket, pushFile: SyncFunction): void {
  pushFile.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['s3:PutObjectVersionTagging', 's3:DeleteObject'],
      resources: [outboxBucket.arnForObjects('*')],
    }),
  );
  acknowledgeBucketUse(outboxBucket, pushFile, []);
}
