import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { PrivateQueue } from './private-queue.ts';

/** The dead-letter queue of the schedules: runs that could not be started. A run that started and failed is not in it. */
export class MissedRunsQueue extends PrivateQueue {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'It is the dead-letter queue of the schedules itself; EventBridge Scheduler has no redrive policy to name it.',
    });
  }
}
