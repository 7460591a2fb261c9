import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** As long as SQS keeps anything: an alarm of a long holiday is still answered. */
const retentionPeriod = Duration.days(14);

/** A queue that answers over TLS alone, encrypts what it holds and keeps it for two weeks. */
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
