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
 * A message that was received so often and not done goes to the dead letters. In an ordered queue a message is also received when
 * it stands behind another, and has not been tried then, and again for each invocation that an object takes which is too big for one.
 * So push-file counts itself what was in vain, and this is as much as SQS takes: days of invocations.
 */
const maxReceiveCount = { none: 5, 'by-group': 1000 } as const;

/** What a function that is lost with its messages costs: they are handed out again after this many of its timeouts. */
const timeoutsUntilVisible = 6;

/** The most messages an invocation gets; more than that a FIFO queue does not hand out at once. */
const batchSize = 10;

/** Messages of one group in order, one group beside the other, each with its own deduplication and throughput. */
const fifo: QueueProps = {
  fifo: true,
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
};

export interface FunctionQueueProps {
  readonly stage: string;
  readonly name: string;
  readonly order: 'none' | 'by-group';
  /** The timeout of the function that reads it. */
  readonly timeout: Duration;
}

/**
 * A queue that one function reads, and its dead letters, which no other queue may use.
 * Names are given, because each of the two has to name the other, and one has to exist first.
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
      visibilityTimeout: Duration.seconds(timeoutsUntilVisible * timeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: maxReceiveCount[order] },
    });
  }

  /**
   * Calls the function with the messages, and takes away those that it does not name as failed.
   * @param maxConcurrency how many invocations at once; without it, for an ordered queue, as many as there are groups.
   */
  readBy(reader: SyncFunction, limits: { readonly maxConcurrency?: number } = {}): void {
    reader.function.addEventSource(
      new SqsEventSource(this.queue, { ...limits, batchSize, reportBatchItemFailures: true }),
    );
  }
}
