import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Operations } from '../../../cli/local/endpoint/aws-json.ts';
import type { QueueDefinition } from '../../../cli/local/queues/queue-definition.ts';
import { Queues } from '../../../cli/local/queues/queues.ts';
import { queuesOperations } from '../../../cli/local/queues/queues-service.ts';
import { serveAws } from '../../support/serve-aws.ts';
import type { HttpService } from '../../support/serve-http.ts';

export interface QueueService extends HttpService {
  readonly queues: Queues;
}

/** Queues on a port of their own, in a new folder that goes with them; and what is served beside them. */
export async function startQueues(
  definitions: readonly QueueDefinition[],
  now: () => Date,
  beside: (queues: Queues) => Operations = () => ({}),
): Promise<QueueService> {
  const folder = await mkdtemp(join(tmpdir(), 'queue-service-'));
  const queues = new Queues({ definitions, file: join(folder, 'queues.sqlite'), now });
  const others = beside(queues);
  const { url, stop } = await serveAws((target) => {
    return { ...others, ...queuesOperations({ queues, endpoint: target.url, now, waitScale: 1 }) };
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

/** A queue as the local stack would make it, without dead letters. @param fifo undefined: a standard one. */
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
