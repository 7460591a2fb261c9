import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** The maximum of SQS: messages survive a long holiday. */
const retentionPeriod = Duration.days(14);

/** A queue that accepts TLS only, encrypts its messages and keeps them for two weeks. */
export class PrivateQueue extends Queue {
  constructor(scope: Construct, id: string, props: QueueProps = {}) {
    super(scope, id, {
      ...props,
      enforceSSL: true,
      encryption: QueueEncryption.SQS_MANAGED,
      retentionPeriod,
    });
  }
}
