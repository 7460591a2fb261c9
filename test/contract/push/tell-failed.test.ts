import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { serveAwsJson } from '../../../cli/local/endpoint/aws-json.ts';
import { EventBus } from '../../../cli/local/events/event-bus.ts';
import { eventsOperations } from '../../../cli/local/events/events-service.ts';
import { queueUrl } from '../../../cli/local/queues/queue-address.ts';
import type { QueueDefinition } from '../../../cli/local/queues/queue-definition.ts';
import { Queues } from '../../../cli/local/queues/queues.ts';
import { queuesOperations } from '../../../cli/local/queues/queues-service.ts';
import { openBus } from '../../../lambdas/events/bus.ts';
import { giveUpTo } from '../../../lambdas/push/give-up.ts';
import { failedEvents } from '../../../lambdas/push/tell-failed.ts';
import { openQueue } from '../../../lambdas/queues/queue.ts';
import { DeliveryScene } from './delivery-scene.ts';
import { usePushStage } from './push-stage.ts';

const stage = usePushStage();
const now = () => new Date();

/** Gets every event of the bus, as the queue of whoever wants to know does. */
const subscriber = queueNamed('subscriber', undefined);
const deadLetters = queueNamed('dead-letters.fifo', {
  isContentDeduplicated: false,
  deduplicationScope: 'messageGroup',
  throughputLimit: 'perMessageGroupId',
});

function queueNamed(name: string, fifo: QueueDefinition['fifo']): QueueDefinition {
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

let folder = '';
let server: Server;
let queues: Queues;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tell-failed-'));
  queues = new Queues({ definitions: [subscriber, deadLetters], file: join(folder, 'queues.sqlite'), now });
  const rule = { name: 'all', matches: () => true, targetArns: [subscriber.arn] };
  const bus = eventsOperations(new EventBus({ rules: [rule], queues, onEvent: () => undefined }), now);
  server = createServer((request, response) => {
    const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.');
    const ofQueues = queuesOperations({ queues, endpoint: endpoint(), now, waitScale: 1 });
    const operations = { ...bus, ...ofQueues };
    void serveAwsJson(request, response, { service, operation, operations });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', endpoint());
});

beforeEach(() => {
  queues.byName(subscriber.name)?.purge();
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  queues.close();
  await rm(folder, { recursive: true });
});

function endpoint(): string {
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return `http://127.0.0.1:${port}`;
}

/** The events that came, in their order. */
function heard(): unknown[] {
  const bodies = queues.byName(subscriber.name)?.waiting() ?? [];
  return bodies.map(({ body }) => JSON.parse(body));
}

it('A delivery that the partner refuses is told with stage, partner, flow, key and fault', async () => {
  const scene = await DeliveryScene.start(stage, { tellFailed: failedEvents(openBus(), 'prod') });
  scene.partner.server.fault({ on: 'STOR', do: { kind: 'reply', code: 552, text: 'Quota exceeded.' } });
  const delivery = await scene.put('a.csv', 'ours');

  await scene.push(delivery);

  const { partner, flow, key, versionId } = delivery;
  const message = expect.stringContaining('552 Quota exceeded.');
  expect(heard()).toEqual([
    expect.objectContaining({
      source: 'ftps-sync',
      'detail-type': 'push.failed',
      detail: { stage: 'prod', partner, flow, key, versionId, end: 'refused', fault: 'no-space', message },
    }),
  ]);
});

it('A delivery that is delivered, or is tried again, is not told', async () => {
  const scene = await DeliveryScene.start(stage, { tellFailed: failedEvents(openBus(), 'prod') });
  scene.partner.server.fault({ on: 'STOR', times: 1, do: { kind: 'reply', code: 452, text: 'Full.' } });
  const delivery = await scene.put('a.csv', 'ours');

  const ends = [await scene.push(delivery).catch(() => 'tried again'), await scene.push(delivery)];

  expect(ends).toEqual(['tried again', 'delivered']);
  expect(heard()).toEqual([]);
});

it('A delivery that goes to the dead letters is told, with what its last try failed of', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', endpoint());
  const queue = openQueue(queueUrl(endpoint(), deadLetters.name));
  const scene = await DeliveryScene.start(stage);
  scene.partner.server.fault({ on: 'STOR', do: { kind: 'reply', code: 452, text: 'Full.' } });
  const delivery = await scene.put('a.csv', 'ours');
  const error = await scene.push(delivery).catch((reason: unknown) => reason);

  const giveUp = giveUpTo(queue, failedEvents(openBus(), 'prod'));
  await giveUp({ body: delivery, group: 'acme#0', deduplicationId: 'message-1' }, error);

  const letters = queues.byName(deadLetters.name)?.waiting() ?? [];
  const { sizeBytes: _, ...named } = delivery;
  const message = expect.stringContaining('452 Full.');
  expect(letters.map(({ body }) => JSON.parse(body))).toEqual([delivery]);
  expect(heard()).toEqual([
    expect.objectContaining({
      'detail-type': 'push.failed',
      detail: { stage: 'prod', ...named, end: 'dead-letter', fault: 'unavailable', message },
    }),
  ]);
});
