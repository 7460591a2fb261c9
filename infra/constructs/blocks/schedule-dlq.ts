import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { PrivateQueue } from './private-queue.ts';

/**
 * The dead-letter queue of the schedules: runs that could not be started. A run that started and failed is
 * not in it.
 */
export class ScheduleDlq extends PrivateQueue {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'This is a dead-letter queue itself. Schedules name it in their targets, not in a redrive policy.',
    });
  }
}
