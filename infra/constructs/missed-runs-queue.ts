import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** As long as SQS keeps anything: an alarm of a long holiday is still answered. */
const retentionPeriod = Duration.days(14);

/** The dead-letter queue of the schedules: runs that could not be started. A run that started and failed is not in it. */
export class MissedRunsQueue extends Queue {
  constructor(scope: Construct, id: string) {
    super(scope, id, { enforceSSL: true, encryption: QueueEncryption.SQS_MANAGED, retentionPeriod });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'It is the dead-letter queue of the schedules itself; EventBridge Scheduler has no redrive policy to name it.',
    });
  }
}
