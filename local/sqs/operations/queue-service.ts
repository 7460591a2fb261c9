import type { Queue } from '../queue.ts';
import { parseQueueName } from '../queue-address.ts';
import type { Queues } from '../queues.ts';
import { queueError } from './queue-error.ts';

/** What the operations of Amazon SQS use. */
export interface QueueService {
  readonly queues: Queues;
  /** `http://127.0.0.1:PORT`, the beginning of queue URLs. */
  readonly endpoint: string;
  readonly now: () => Date;
  /**
   * Message delays and the timeouts of ChangeMessageVisibility are multiplied by this, like all local waits.
   */
  readonly waitScale: number;
}

/** @throws ServiceError QueueDoesNotExist. */
export function findQueueByUrl({ queues }: Pick<QueueService, 'queues'>, url: string): Queue {
  const queue = queues.byName(parseQueueName(url) ?? '');
  if (queue === undefined)
    throw queueError('QueueDoesNotExist', `The specified queue does not exist: ${url}`);
  return queue;
}
