import type { Queue } from './queue.ts';
import { queueNameOf } from './queue-address.ts';
import { queueFault } from './queue-fault.ts';
import type { Queues } from './queues.ts';

/** What the operations of Amazon SQS work on. */
export interface QueueService {
  readonly queues: Queues;
  /** `http://127.0.0.1:PORT`, which the URLs of queues begin with. */
  readonly endpoint: string;
  readonly now: () => Date;
  /**
   * Delays of messages and visibility timeouts set by ChangeMessageVisibility are pauses, and last this share of what they say,
   * as all waits of the local stack do.
   */
  readonly waitScale: number;
}

/** @throws ServiceFault QueueDoesNotExist. */
export function queueAt({ queues }: Pick<QueueService, 'queues'>, url: string): Queue {
  const queue = queues.byName(queueNameOf(url) ?? '');
  if (queue === undefined)
    throw queueFault('QueueDoesNotExist', `The specified queue does not exist: ${url}`);
  return queue;
}
