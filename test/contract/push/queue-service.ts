import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Operations } from '../../../local/endpoint/aws-json.ts';
import { sqsOperations } from '../../../local/sqs/operations/sqs-operations.ts';
import type { QueueDefinition } from '../../../local/sqs/queue-definition.ts';
import { Queues } from '../../../local/sqs/queues.ts';
import { serveAws } from '../../support/serve-aws.ts';
import type { HttpService } from '../../support/serve-http.ts';

export interface QueueService extends HttpService {
  readonly queues: Queues;
}

/** Queues on their own port, in a temporary folder; other services can be served on the same port. */
export async function startQueues(
  definitions: readonly QueueDefinition[],
  now: () => Date,
  beside: (queues: Queues) => Operations = () => ({}),
): Promise<QueueService> {
  const folder = await mkdtemp(join(tmpdir(), 'queue-service-'));
  const queues = new Queues({ definitions, file: join(folder, 'queues.sqlite'), now });
  const others = beside(queues);
  const { url, stop } = await serveAws((target) => {
    return { ...others, ...sqsOperations({ queues, endpoint: target.url, now, waitScale: 1 }) };
  });
  return {
    queues,
    url,
    stop: async () => {
      await stop();
      queues.close();
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * A queue like one of the local stack, without a dead-letter queue.
 * @param fifo undefined: a standard queue.
 */
export function queueNamed(name: string, fifo?: QueueDefinition['fifo']): QueueDefinition {
  return {
    name,
    arn: `arn:aws:sqs:eu-south-1:000000000000:${name}`,
    fifo,
    visibilityTimeoutSeconds: 30,
    delaySeconds: 0,
    retentionSeconds: 3600,
    receiveWaitSeconds: 0,
    maxMessageBytes: 1024 * 1024,
    redrive: undefined,
    redriveAllow: undefined,
  };
}
