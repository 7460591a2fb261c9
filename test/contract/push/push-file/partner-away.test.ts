import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { redriveAll } from '../../../../cli/commands/operate/redrive.ts';
import { startFtpsServer } from '../../../../testing/ftps-server/server.ts';
import { testPassword, testUser } from '../../../support/partner/test-partner.ts';
import { DeliveryFixture } from '../delivery-fixture.ts';
import { usePushStage } from '../push-stage.ts';
import { SimulatedDeliveries } from '../simulated-deliveries.ts';

const stage = usePushStage();

beforeEach(() => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
});

/** A partner that is unreachable from minute 0, and the queue of its deliveries. */
async function startAway() {
  const fixture = await DeliveryFixture.start(stage, { settings: { overwrite: 'replace' } });
  const simulated = await SimulatedDeliveries.start((delivery) => fixture.push(delivery));
  const { tree, certificate, server } = fixture.partner;
  await server.close();
  return {
    fixture,
    simulated,
    /** Puts an object at that minute. */
    putAt: async (minute: number, name: string, content: string): Promise<void> => {
      await simulated.passUntil(minute);
      await simulated.send(await fixture.put(name, content));
    },
    /** The partner is reachable again from that minute, at its old port. */
    backAt: async (minute: number): Promise<void> => {
      await simulated.passUntil(minute - 1);
      const { port } = server;
      const back = await startFtpsServer({
        files: tree,
        port,
        certificate,
        users: { [testUser]: testPassword },
      });
      onTestFinished(() => back.close());
    },
    contentOf: (name: string) => tree.bytesOf(`/in/${name}`).toString(),
  };
}

it('A partner that is down for an hour gets everything afterwards, in order, without an operator', async () => {
  const { fixture, simulated, putAt, backAt } = await startAway();
  await putAt(0, 'a', 'first');
  await putAt(1, 'b', 'second');
  await putAt(59, 'c', 'third');

  await backAt(60);
  await simulated.passUntil(120);

  // The pauses are 2, 8, 20 and 40 minutes. Messages behind lose no try.
  expect(simulated.tries).toEqual([
    '0 a failed',
    '2 a failed',
    '10 a failed',
    '30 a failed',
    '70 a delivered',
    '70 b delivered',
    '70 c delivered',
  ]);
  expect(simulated.left()).toEqual({ queued: [], dead: [] });
  expect(await fixture.names()).toEqual(['a', 'b', 'c']);
});

it.each([
  [0, 70],
  [5, 75],
  [29, 99],
  [31, 61],
  [59, 61],
])(
  'What is put in minute %i of an hour without the partner is delivered in minute %i',
  async (put, delivered) => {
    const { simulated, putAt, backAt } = await startAway();
    await putAt(put, 'a', 'content');

    await backAt(60);
    await simulated.passUntil(120);

    expect(simulated.tries.at(-1)).toBe(`${delivered} a delivered`);
    expect(simulated.left()).toEqual({ queued: [], dead: [] });
  },
);

it('A partner that accepts connections and never replies is down too: messages behind are not tried', async () => {
  const fixture = await DeliveryFixture.start(stage);
  const stop = fixture.partner.server.fault({ on: 'connect', do: { kind: 'silence' } });
  let loginMs = 300;
  const simulated = await SimulatedDeliveries.start((delivery) => fixture.push(delivery, { loginMs }));
  for (const name of ['a', 'b']) await simulated.send(await fixture.put(name, name));

  await simulated.passUntil(20);
  stop();
  loginMs = 30_000;
  await simulated.passUntil(40);

  expect(simulated.tries).toEqual([
    '0 a failed',
    '2 a failed',
    '10 a failed',
    '30 a delivered',
    '30 b delivered',
  ]);
});

it('Of the versions that are replaced while the partner is down, only the newest one is sent, once', async () => {
  const { simulated, putAt, backAt, contentOf } = await startAway();
  await putAt(0, 'a', 'v1');
  await putAt(15, 'a', 'v2');
  await putAt(40, 'a', 'v3');

  await backAt(60);
  await simulated.passUntil(120);

  expect(simulated.tries.filter((each) => each.endsWith('delivered'))).toHaveLength(1);
  expect(contentOf('a')).toBe('v3');
  expect(simulated.left()).toEqual({ queued: [], dead: [] });
});

it('After an outage longer than five tries the dead letters are redriven and delivered in their order', async () => {
  const { fixture, simulated, putAt, backAt, contentOf } = await startAway();
  await putAt(0, 'a', 'v1');
  await putAt(0, 'b', 'only');
  await putAt(150, 'a', 'v2');
  await backAt(400);
  const { dead } = simulated.left();
  const before = simulated.tries.length;

  await redriveAll(simulated);
  await simulated.passUntil(401);

  expect(dead).toEqual(['a', 'b', 'a']);
  expect(simulated.tries.slice(before)).toEqual(['399 a superseded', '399 b delivered', '399 a delivered']);
  expect(contentOf('a')).toBe('v2');
  expect(await fixture.names()).toEqual(['a', 'b']);
  expect(simulated.left()).toEqual({ queued: [], dead: [] });
});

it('A delivered version is not replaced by the redriven message of an older one', async () => {
  const { simulated, putAt, backAt, contentOf } = await startAway();
  await putAt(0, 'a', 'v1');
  await simulated.passUntil(71);
  const { dead } = simulated.left();
  await backAt(80);
  await putAt(80, 'a', 'v2');
  await simulated.passUntil(81);
  const before = simulated.tries.length;

  await redriveAll(simulated);
  await simulated.passUntil(90);

  expect(dead).toEqual(['a']);
  expect(simulated.tries.slice(before)).toEqual(['81 a superseded']);
  expect(contentOf('a')).toBe('v2');
});
