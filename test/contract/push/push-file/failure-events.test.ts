import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Bus, openBus } from '../../../../lambdas/events/bus.ts';
import { PushEvents } from '../../../../lambdas/push/push-events.ts';
import { makeDeadLetter } from '../../../../lambdas/push/push-file/dead-letter.ts';
import { openQueue } from '../../../../lambdas/queues/queue.ts';
import { EventBus } from '../../../../local/eventbridge/event-bus.ts';
import { eventsOperations } from '../../../../local/eventbridge/events-service.ts';
import { queueUrl } from '../../../../local/sqs/queue-address.ts';
import { rejectingBus } from '../../../support/refusals.ts';
import { silentLog } from '../../../support/silent-log.ts';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';
import { type QueueService, queueNamed, startQueues } from '../queue-service.ts';

const stage = usePushStage();
const now = () => new Date();

/** Receives every event of the bus, like the queue of a subscriber. */
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

function pushEvents(bus: Bus = openBus()): PushEvents {
  const meter = { recordForStage: () => {}, recordForPartner: () => {} };
  return new PushEvents({ bus, meter, stage: 'prod', log: silentLog });
}

/** The events that were received, in order. */
function heard(): unknown[] {
  const bodies = served.queues.byName(subscriber.name)?.waiting() ?? [];
  return bodies.map(({ body }) => JSON.parse(body));
}

it('A refused delivery is published with stage, partner, flow, key and error', async () => {
  const fixture = await DeliveryFixture.start(stage, { events: pushEvents() });
  fixture.partner.server.fault({ on: 'STOR', do: { kind: 'reply', code: 552, text: 'Quota exceeded.' } });
  const delivery = await fixture.put('a.csv', 'ours');

  await fixture.push(delivery);

  const { partner, flow, key, versionId } = delivery;
  const message = expect.stringContaining('552 Quota exceeded.');
  expect(heard()).toEqual([
    expect.objectContaining({
      source: 'ftps-sync',
      'detail-type': 'push.failed',
      detail: {
        stage: 'prod',
        partner,
        flow,
        key,
        versionId,
        outcome: 'refused',
        error: 'no-space',
        message,
      },
    }),
  ]);
});

it('No failure is published of a delivery that succeeds or is tried again', async () => {
  const fixture = await DeliveryFixture.start(stage, { events: pushEvents() });
  fixture.partner.server.fault({ on: 'STOR', times: 1, do: { kind: 'reply', code: 452, text: 'Full.' } });
  const delivery = await fixture.put('a.csv', 'ours');

  const ends = [await fixture.push(delivery).catch(() => 'tried again'), await fixture.push(delivery)];

  expect(ends).toEqual(['tried again', 'delivered']);
  expect(heard()).toEqual([]);
});

it('A delivery that goes to the dead-letter queue is published with the error of its last try', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', served.url);
  const queue = openQueue(queueUrl(served.url, deadLetters.name));
  const fixture = await DeliveryFixture.start(stage);
  fixture.partner.server.fault({ on: 'STOR', do: { kind: 'reply', code: 452, text: 'Full.' } });
  const delivery = await fixture.put('a.csv', 'ours');
  const error = await fixture.push(delivery).catch((reason: unknown) => reason);

  const deadLetter = makeDeadLetter(queue, pushEvents());
  await deadLetter({ body: delivery, group: 'acme#0', deduplicationId: 'message-1' }, error);

  const letters = served.queues.byName(deadLetters.name)?.waiting() ?? [];
  const { sizeBytes: _, ...named } = delivery;
  const message = expect.stringContaining('452 Full.');
  expect(letters.map(({ body }) => JSON.parse(body))).toEqual([delivery]);
  expect(heard()).toEqual([
    expect.objectContaining({
      'detail-type': 'push.failed',
      detail: { stage: 'prod', ...named, outcome: 'dead-letter', error: 'unavailable', message },
    }),
  ]);
});

describe('A bus that does not take the event', () => {
  it('of a refused delivery neither repeats it nor keeps the messages behind it', async () => {
    const fixture = await DeliveryFixture.start(stage, { events: pushEvents(rejectingBus()) });
    fixture.partner.server.fault({ on: 'STOR', do: { kind: 'reply', code: 552, text: 'Quota exceeded.' } });

    const end = await fixture.push(await fixture.put('a.csv', 'ours'));

    expect(end).toBe('refused');
    expect((await fixture.record('a.csv')).lastError).toMatchObject({ error: 'no-space' });
  });

  it('of a dead letter does not keep its message in the queue', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', served.url);
    const fixture = await DeliveryFixture.start(stage);
    const delivery = await fixture.put('a.csv', 'ours');
    const queue = openQueue(queueUrl(served.url, deadLetters.name));

    const deadLetter = makeDeadLetter(queue, pushEvents(rejectingBus()));
    const sent = deadLetter({ body: delivery, group: 'acme#0', deduplicationId: 'message-2' }, new Error());

    await expect(sent).resolves.toBeUndefined();
  });
});
