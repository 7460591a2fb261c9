import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { EventBus } from '../../../cli/local/events/event-bus.ts';
import { eventsOperations } from '../../../cli/local/events/events-service.ts';
import { queueUrl } from '../../../cli/local/queues/queue-address.ts';
import { openBus } from '../../../lambdas/events/bus.ts';
import { giveUpTo } from '../../../lambdas/push/give-up.ts';
import { failedEvents } from '../../../lambdas/push/tell-failed.ts';
import { openQueue } from '../../../lambdas/queues/queue.ts';
import { DeliveryScene } from './delivery-scene.ts';
import { usePushStage } from './push-stage.ts';
import { type QueueService, queueNamed, startQueues } from './queue-service.ts';

const stage = usePushStage();
const now = () => new Date();

/** Gets every event of the bus, as the queue of whoever wants to know does. */
const subscriber = queueNamed('subscriber');
const deadLetters = queueNamed('dead-letters.fifo', {
  isContentDeduplicated: false,
  deduplicationScope: 'messageGroup',
  throughputLimit: 'perMessageGroupId',
});

let served: QueueService;

beforeAll(async () => {
  const rule = { name: 'all', matches: () => true, targetArns: [subscriber.arn] };
  served = await startQueues([subscriber, deadLetters], now, (queues) =>
    eventsOperations(new EventBus({ rules: [rule], queues, onEvent: () => undefined }), now),
  );
  vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', served.url);
});

beforeEach(() => {
  served.queues.byName(subscriber.name)?.purge();
});

afterAll(() => served.stop());

/** The events that came, in their order. */
function heard(): unknown[] {
  const bodies = served.queues.byName(subscriber.name)?.waiting() ?? [];
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
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', served.url);
  const queue = openQueue(queueUrl(served.url, deadLetters.name));
  const scene = await DeliveryScene.start(stage);
  scene.partner.server.fault({ on: 'STOR', do: { kind: 'reply', code: 452, text: 'Full.' } });
  const delivery = await scene.put('a.csv', 'ours');
  const error = await scene.push(delivery).catch((reason: unknown) => reason);

  const giveUp = giveUpTo(queue, failedEvents(openBus(), 'prod'));
  await giveUp({ body: delivery, group: 'acme#0', deduplicationId: 'message-1' }, error);

  const letters = served.queues.byName(deadLetters.name)?.waiting() ?? [];
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
