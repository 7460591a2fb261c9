import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../../lambdas/contract/events/delivery.ts';
import { type Bucket, openBucket } from '../../../../lambdas/s3/bucket.ts';
import { currentObject } from '../../../../lambdas/s3/object-versions.ts';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';

const stage = usePushStage();
const settings = { overwrite: 'replace', after: 'delete' };
const content = 'id;amount\n';

/** The outbox of a worker for whom something happens right before or right after it deletes an object. */
function outboxWith(when: 'before' | 'after', happens: () => Promise<unknown>): Bucket {
  const outbox = openBucket(stage.outbox.name);
  outbox.client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        if (!commandName.startsWith('DeleteObject')) return next(args);
        if (when === 'before') await happens();
        const answer = await next(args);
        if (when === 'after') await happens();
        return answer;
      },
    { step: 'initialize' },
  );
  return outbox;
}

/**
 * Delivers the only version of an object, and puts it again with the same bytes right before its deletion.
 */
async function deliveredWhilePut(outboxOf: (putAgain: () => Promise<unknown>) => Bucket) {
  const fixture = await DeliveryFixture.start(stage, { settings });
  const first = await fixture.put('flag.csv', content);
  const second: Delivery[] = [];
  const putAgain = async () => second.push(await fixture.put('flag.csv', content));
  const end = await fixture.push(first, {}, { outbox: outboxOf(putAgain) }).catch((error: unknown) => error);
  return { fixture, first, second: () => second[0] ?? first, end };
}

describe('after: delete', () => {
  it('leaves a version of the same bytes alone that was put during the delivery', async () => {
    const fixture = await DeliveryFixture.start(stage, { settings });
    const first = await fixture.put('flag.csv', content);
    const change = () => fixture.put('flag.csv', content);
    fixture.partner.server.fault({ on: 'RNTO', times: 1, do: { kind: 'beforehand', change } });

    const end = await fixture.push(first);
    const second = await fixture.current('flag.csv');
    const next = await fixture.push(second);

    expect([end, next]).toEqual(['delivered', 'delivered']);
    expect(second.versionId).not.toBe(first.versionId);
    expect(await currentObject(stage.outbox, first.key)).toBeUndefined();
    expect((await fixture.record('flag.csv')).delivered?.versionId).toBe(second.versionId);
  });

  it('sends a version of the same bytes that was put right before the deletion, and is hidden by it', async () => {
    const { fixture, first, second, end } = await deliveredWhilePut((putAgain) =>
      outboxWith('before', putAgain),
    );

    const sent = stage.sent(fixture.flow).map(({ delivery }) => delivery);
    const next = await fixture.push(second());

    expect([end, next]).toEqual(['delivered', 'delivered']);
    expect(sent).toEqual([second()]);
    const { delivered, disposing } = await fixture.record('flag.csv');
    expect([delivered?.versionId, disposing]).toEqual([second().versionId, undefined]);
    expect(await currentObject(stage.outbox, first.key)).toBeUndefined();
    expect(fixture.partner.server.log.filter(({ command }) => command === 'RNTO')).toHaveLength(2);
  });

  it('leaves a version of other bytes alone that was put right before the deletion', async () => {
    const fixture = await DeliveryFixture.start(stage, { settings });
    const first = await fixture.put('flag.csv', content);
    const outbox = outboxWith('before', () => fixture.put('flag.csv', 'id;amount;currency\n'));

    await fixture.push(first, {}, { outbox });

    const second = await currentObject(stage.outbox, first.key);
    expect(second).toMatchObject({ sizeBytes: 'id;amount;currency\n'.length });
    expect(second?.versionId).not.toBe(first.versionId);
  });

  it.each([
    ['the message of the deleted version', (first: Delivery) => first],
    ['its own message', (_: Delivery, second: Delivery) => second],
  ])('finds such a version after the function was killed, by %s', async (_, nextOf) => {
    let putAgain: () => Promise<unknown> = async () => undefined;
    const killed = new Error('the function is killed');
    const outcome = await deliveredWhilePut((put) => {
      putAgain = put;
      const outbox = outboxWith('before', () => putAgain());
      outbox.client.middlewareStack.add(
        (next, { commandName = '' }) =>
          async (args) => {
            if (commandName.startsWith('ListObjectVersions')) throw killed;
            return next(args);
          },
        { step: 'initialize' },
      );
      return outbox;
    });
    const { fixture, first, second } = outcome;

    await fixture.push(nextOf(first, second()));
    const end = await fixture.push(second());

    expect(outcome.end).toBe('not-disposed');
    expect(['delivered', 'already-delivered']).toContain(end);
    expect((await fixture.record('flag.csv')).delivered?.versionId).toBe(second().versionId);
    expect(fixture.partner.server.log.filter(({ command }) => command === 'RNTO')).toHaveLength(2);
  });

  it('leaves an object deleted that an operator has deleted', async () => {
    const fixture = await DeliveryFixture.start(stage, { settings });
    const first = await fixture.put('flag.csv', content);
    await fixture.push(first);
    const second = await fixture.put('flag.csv', content);
    await fixture.delete('flag.csv');

    const end = await fixture.push(second);

    expect(end).toBe('object-deleted');
    expect((await fixture.record('flag.csv')).delivered?.versionId).toBe(first.versionId);
  });
});
