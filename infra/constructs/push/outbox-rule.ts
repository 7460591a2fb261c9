import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { FunctionQueue } from '../blocks/function-queue.ts';

export interface OutboxRuleProps {
  readonly stage: string;
  readonly outboxBucket: Bucket;
  readonly ingest: FunctionQueue;
}

/**
 * Sends the event of every new object in the outbox from the account's default bus to the ingest queue. An
 * event that EventBridge cannot send for a day goes to the dead-letter queue of the ingest queue.
 */
export class OutboxRule extends Rule {
  constructor(scope: Construct, id: string, { stage, outboxBucket, ingest }: OutboxRuleProps) {
    super(scope, id, {
      ruleName: `ftps-sync-${stage}-outbox`,
      description: `ftps-sync ${stage}: new objects in the outbox to the push`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [outboxBucket.bucketName] } },
      },
      targets: [new SqsQueue(ingest.queue, { deadLetterQueue: ingest.deadLetters })],
    });
  }
}
