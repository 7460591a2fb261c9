import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Operations } from '../endpoint/aws-json.ts';
import type { Queue } from './queue.ts';
import { queueFault } from './queue-fault.ts';
import type { QueueService } from './queue-service.ts';

const startSchema = z.strictObject({
  SourceArn: z.string(),
  DestinationArn: z.string().optional(),
  // Messages are moved at once.
  MaxNumberOfMessagesPerSecond: z.number().int().min(1).max(500).optional(),
});
const listSchema = z.strictObject({
  SourceArn: z.string(),
  MaxResults: z.number().int().min(1).max(10).default(1),
});

/** A move that is over: the answer to whoever asks how it went. */
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

/** Dead letters back to where they came from. A move is over when its start is answered; moves are forgotten with the program. */
export function moveOperations(service: QueueService): Operations {
  const tasks: MoveTask[] = [];
  return {
    StartMessageMoveTask: (input) => {
      const { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond } = startSchema.parse(input);
      const source = deadLetterQueue(service, SourceArn);
      const target = DestinationArn === undefined ? undefined : queueOf(service, DestinationArn);
      const waiting = source.waiting();
      const movable = waiting.flatMap((message) => {
        const queue = target ?? service.queues.byArn(message.sourceArn ?? '');
        return queue === undefined ? [] : [{ message, queue }];
      });
      for (const { message, queue } of movable) queue.takeBack(message);
      const isWhole = movable.length === waiting.length;
      tasks.unshift({
        Status: isWhole ? 'COMPLETED' : 'FAILED',
        SourceArn,
        DestinationArn,
        MaxNumberOfMessagesPerSecond,
        ApproximateNumberOfMessagesMoved: movable.length,
        ApproximateNumberOfMessagesToMove: waiting.length,
        // A message that was sent to the dead-letter queue itself comes from no other.
        FailureReason: isWhole ? undefined : 'CouldNotDetermineMessageSource',
        StartedTimestamp: service.now().getTime(),
      });
      return { TaskHandle: randomUUID() };
    },
    ListMessageMoveTasks: (input) => {
      const { SourceArn, MaxResults } = listSchema.parse(input);
      deadLetterQueue(service, SourceArn);
      return { Results: tasks.filter((task) => task.SourceArn === SourceArn).slice(0, MaxResults) };
    },
  };
}

function queueOf({ queues }: QueueService, arn: string): Queue {
  const queue = queues.byArn(arn);
  if (queue === undefined) {
    throw queueFault(
      'ResourceNotFoundException',
      'The resource that you specified for the SourceArn parameter does not exist.',
    );
  }
  return queue;
}

function deadLetterQueue(service: QueueService, arn: string): Queue {
  const queue = queueOf(service, arn);
  if (service.queues.sourcesOf(arn).length === 0) {
    throw queueFault('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
  }
  return queue;
}
