import { Duration, Stack } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import {
  DeduplicationScope,
  FifoThroughputLimit,
  Queue,
  type QueueProps,
  RedrivePermission,
} from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { PrivateQueue } from './private-queue.ts';
import type { SyncFunction } from './sync-function.ts';

/**
 * A message that is received this often without success goes to the dead-letter queue. In a FIFO queue a
 * message is also received when the one before it fails, and once for each invocation that a large object
 * needs. So push-file counts failed attempts itself, and the limit is the maximum of SQS: days of
 * invocations.
 */
const maxReceiveCount = { none: 5, 'by-group': 1000 } as const;

/**
 * The visibility timeout in timeouts of the function, as AWS recommends: messages of an invocation that died
 * are received again after that.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const visibilityTimeouts = 6;

/** The maximum of a FIFO queue. */
const batchSize = 10;

/** Groups are independent: order, deduplication and throughput apply to each message group. */
const fifo: QueueProps = {
  fifo: true,
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
};

export interface FunctionQueueProps {
  readonly stage: string;
  readonly name: string;
  readonly order: 'none' | 'by-group';
  /** The timeout of the function that consumes it. */
  readonly timeout: Duration;
}

/**
 * A queue that one function consumes, and a dead-letter queue that accepts messages from this queue only.
 * Both have fixed names: each refers to the other, which generated names would make a circular dependency.
 */
export class FunctionQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { stage, name, order, timeout }: FunctionQueueProps) {
    super(scope, id);
    const [suffix, ordered] = order === 'by-group' ? ['.fifo', fifo] : ['', {}];
    const queueName = `ftps-sync-${stage}-${name}${suffix}`;
    const sourceArn = Stack.of(this).formatArn({ service: 'sqs', resource: queueName });
    this.deadLetters = new PrivateQueue(this, 'DeadLetters', {
      ...ordered,
      queueName: `ftps-sync-${stage}-${name}-dead-letters${suffix}`,
      redriveAllowPolicy: {
        redrivePermission: RedrivePermission.BY_QUEUE,
        sourceQueues: [Queue.fromQueueArn(this, 'Source', sourceArn)],
      },
    });
    this.queue = new PrivateQueue(this, 'Queue', {
      ...ordered,
      queueName,
      visibilityTimeout: Duration.seconds(visibilityTimeouts * timeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: maxReceiveCount[order] },
    });
  }

  /**
   * Invokes the function with batches of messages; those it does not report as failed are deleted.
   * @param maxConcurrency invocations at once. Default: no limit, which for a FIFO queue means one for each
   * message group.
   */
  consumeWith(reader: SyncFunction, limits: { readonly maxConcurrency?: number } = {}): void {
    reader.function.addEventSource(
      new SqsEventSource(this.queue, { ...limits, batchSize, reportBatchItemFailures: true }),
    );
  }
}
