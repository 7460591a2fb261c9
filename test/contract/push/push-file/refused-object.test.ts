import { beforeEach, describe, expect, it, vi } from 'vitest';
import { refuseItem, refuseObject } from '../../../support/refusals.ts';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';
import { SimulatedDeliveries } from '../simulated-deliveries.ts';

const stage = usePushStage();

beforeEach(() => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
});

/** Objects a, b and c in one message group of a partner, in this order. */
async function startThree(settings: Readonly<Record<string, unknown>> = {}) {
  const fixture = await DeliveryFixture.start(stage, { settings });
  const simulated = await SimulatedDeliveries.start((delivery) => fixture.push(delivery));
  for (const name of ['a', 'b', 'c']) await simulated.send(await fixture.put(name, name));
  return {
    simulated,
    /** What is under its final name at the partner. */
    delivered: async () => (await fixture.names()).filter((name) => !name.startsWith('.')),
    issues: () => stage.issues(fixture.flow),
  };
}

describe('an object that S3 refuses', () => {
  it.each(['HeadObject', 'GetObject'])(
    'to a %s is in attention with a remedy, and the others of its group are delivered at once',
    async (command) => {
      const { simulated, delivered, issues } = await startThree();
      const lift = refuseObject(stage.outbox, '/b', { operation: command });

      await simulated.passUntil(1);
      const [names, open] = [await delivered(), await issues()];
      lift();
      await simulated.passUntil(2);

      expect(names).toEqual(['a', 'c']);
      expect(open).toMatchObject([
        { path: 'b', error: 'storage', message: expect.stringMatching(/AccessDenied.*bucket policy/) },
      ]);
      expect([await delivered(), await issues()]).toEqual([['a', 'b', 'c'], []]);
    },
  );

  it('for good goes to the dead-letter queue after its fifth try', async () => {
    const { simulated } = await startThree();
    refuseObject(stage.outbox, '/b', { operation: 'GetObject' });

    await simulated.passUntil(80);

    expect(simulated.left()).toEqual({ queued: [], dead: ['b'] });
  });
});

describe('a delivered object that S3 refuses', () => {
  it.each([
    ['delete', 'DeleteObject'],
    ['tag', 'PutObjectTagging'],
  ])(
    'to %s is delivered once and in attention until that succeeds, and the others go on',
    async (after, command) => {
      const { simulated, delivered, issues } = await startThree({ after });
      const lift = refuseObject(stage.outbox, '/b', { operation: command });

      await simulated.passUntil(1);
      const [names, open] = [await delivered(), await issues()];
      lift();
      await simulated.passUntil(2);

      expect(names).toEqual(['a', 'b', 'c']);
      expect(open).toMatchObject([
        {
          path: 'b',
          error: 'storage',
          message: expect.stringMatching(/delivered, but `after.*AccessDenied/),
        },
      ]);
      expect(await issues()).toEqual([]);
      expect(simulated.tries.filter((text) => text.includes(' b '))).toEqual([
        '0 b not-disposed',
        '0 b failed',
        '2 b already-delivered',
      ]);
      expect(simulated.left()).toEqual({ queued: [], dead: [] });
    },
  );
});

it('An object that the table cannot record goes to the dead-letter queue, and the others go on', async () => {
  const { simulated, delivered } = await startThree();
  refuseItem(stage.table(), '"sk":"b"');

  await simulated.passUntil(1);

  expect(await delivered()).toEqual(['a', 'c']);
  expect(simulated.left()).toEqual({ queued: [], dead: ['b'] });
});
