import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Operations } from '../../endpoint/aws-json.ts';
import type { Queue } from '../queue.ts';
import { queueError } from './queue-error.ts';
import type { QueueService } from './queue-service.ts';

const startSchema = z.strictObject({
  SourceArn: z.string(),
  DestinationArn: z.string().optional(),
  // All messages move at once.
  MaxNumberOfMessagesPerSecond: z.number().int().min(1).max(500).optional(),
});
const listSchema = z.strictObject({
  SourceArn: z.string(),
  MaxResults: z.number().int().min(1).max(10).default(1),
});

/** A finished move, as ListMessageMoveTasks returns it. */
interface MoveTask {
  readonly Status: 'COMPLETED' | 'FAILED';
  readonly SourceArn: string;
  readonly DestinationArn: string | undefined;
  readonly MaxNumberOfMessagesPerSecond: number | undefined;
  readonly ApproximateNumberOfMessagesMoved: number;
  readonly ApproximateNumberOfMessagesToMove: number;
  readonly FailureReason: string | undefined;
  readonly StartedTimestamp: number;
}

/**
 * Moves dead letters back to their source queue. A move has finished when StartMessageMoveTask returns. The
 * list of moves does not survive a restart.
 */
export function moveOperations(service: QueueService): Operations {
  const tasks: MoveTask[] = [];
  return {
    StartMessageMoveTask: (input) => {
      const { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond } = startSchema.parse(input);
      const source = findDeadLetterQueue(service, SourceArn);
      const target = DestinationArn === undefined ? undefined : findQueue(service, DestinationArn);
      const waiting = source.waiting();
      const movable = waiting.flatMap((message) => {
        const queue = target ?? service.queues.byArn(message.sourceArn ?? '');
        return queue === undefined ? [] : [{ message, queue }];
      });
      for (const { message, queue } of movable) queue.redriveFrom(message);
      const isWhole = movable.length === waiting.length;
      tasks.unshift({
        Status: isWhole ? 'COMPLETED' : 'FAILED',
        SourceArn,
        DestinationArn,
        MaxNumberOfMessagesPerSecond,
        ApproximateNumberOfMessagesMoved: movable.length,
        ApproximateNumberOfMessagesToMove: waiting.length,
        // A message that was sent to the dead-letter queue itself has no source.
        FailureReason: isWhole ? undefined : 'CouldNotDetermineMessageSource',
        StartedTimestamp: service.now().getTime(),
      });
      return { TaskHandle: randomUUID() };
    },
    ListMessageMoveTasks: (input) => {
      const { SourceArn, MaxResults } = listSchema.parse(input);
      findDeadLetterQueue(service, SourceArn);
      return { Results: tasks.filter((task) => task.SourceArn === SourceArn).slice(0, MaxResults) };
    },
  };
}

function findQueue({ queues }: QueueService, arn: string): Queue {
  const queue = queues.byArn(arn);
  if (queue === undefined) {
    throw queueError(
      'ResourceNotFoundException',
      'The resource that you specified for the SourceArn parameter does not exist.',
    );
  }
  return queue;
}

function findDeadLetterQueue(service: QueueService, arn: string): Queue {
  const queue = findQueue(service, arn);
  if (service.queues.findSources(arn).length === 0) {
    throw queueError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
  }
  return queue;
}
