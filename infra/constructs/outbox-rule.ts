import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { FunctionQueue } from './function-queue.ts';

export interface OutboxRuleProps {
  readonly stage: string;
  readonly outboxBucket: Bucket;
  readonly ingest: FunctionQueue;
}

/**
 * Sends every new object of the outbox to the ingest queue, as the event that S3 puts on the account's default bus. What
 * cannot be sent for a day goes to the same dead letters as what cannot be routed.
 */
export class OutboxRule extends Rule {
  constructor(scope: Construct, id: string, { stage, outboxBucket, ingest }: OutboxRuleProps) {
    super(scope, id, {
      ruleName: `ftps-sync-${stage}-outbox`,
      description: `ftps-sync ${stage}: new objects of the outbox to the push`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [outboxBucket.bucketName] } },
      },
      targets: [new SqsQueue(ingest.queue, { deadLetterQueue: ingest.deadLetters })],
    });
  }
}
