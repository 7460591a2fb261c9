import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { HeldSlots } from '../../../lambdas/connections/held-slots.ts';
import { readBudget } from '../../../lambdas/ledger/connection-limit.ts';
import { slotMs, slotsInUse } from '../../../lambdas/ledger/connection-slots.ts';
import { growthMs } from '../../../lambdas/sync/connection-limit.ts';
import { until } from '../../support/stage/until.ts';
import { useTable } from '../ledger/test-table.ts';
import { never, PartnerScene } from './partner-scene.ts';

const ledger = useTable();
const start = (maxConnections: number, server = {}) =>
  PartnerScene.start(() => ledger.table, maxConnections, server);

const soon = () => sleep(20);
const forty = Array.from({ length: 40 }, (_, index) => index);

describe('several workers of one partner', () => {
  it('never have more sessions together than the partner allows, and all get their work done', async () => {
    const scene = await start(3, { maxConnections: 3 });
    const pools = [1, 2, 3, 4, 5, 6].map(() => scene.pool());

    await Promise.all(
      pools.map(async (pool) => {
        await Promise.all(forty.map(() => pool.use(soon)));
        await pool.close();
      }),
    );

    expect(scene.server.sessions.peak).toBe(3);
    expect(await readBudget(scene.table, scene.name)).toMatchObject({ lowered: undefined });
  });

  it('get on one after the other where the partner allows one connection', async () => {
    const scene = await start(1, { maxConnections: 1 });
    const pools = [1, 2, 3].map(() => scene.pool());

    await Promise.all(
      pools.map(async (pool) => {
        await pool.use(soon);
        await pool.close();
      }),
    );

    expect(scene.server.sessions.peak).toBe(1);
    expect(scene.logins).toBe(3);
  });

  it('give one of several sessions to somebody who has none, when they renew', async () => {
    const scene = await start(2);
    const rich = scene.worker();
    const released: string[] = [];
    const sessions = [await rich.open('first', never), await rich.open('more', never)];
    rich.onWanted = () => {
      released.push('asked');
      void sessions[1]?.close();
    };

    const poor = scene.worker().open('first', never);
    await until('the wish is known', async () => (await readBudget(scene.table, scene.name)).wantedUntilMs);
    await rich.renew();
    const session = await poor;

    expect(session?.lost).toBe(false);
    expect(released).toEqual(['asked']);
    expect(sessions[0]?.lost).toBe(false);
  });

  it('do not ask for a second session while somebody has none', async () => {
    const scene = await start(2);
    const [first, second, third] = [scene.worker(), scene.worker(), scene.worker()];
    const held = await first.open('first', never);
    await second.open('first', never);
    const waiting = third.open('first', never);
    await until('the wish is known', async () => (await readBudget(scene.table, scene.name)).wantedUntilMs);

    const more = await first.open('more', never);
    await held?.close();
    const session = await waiting;

    expect(more).toBeUndefined();
    expect(session?.lost).toBe(false);
  });

  it('that have waited for half of their time say so, and have connected to nobody', async () => {
    const scene = await start(1);
    await scene.worker().open('first', never);
    let remainingMs = 900_000;
    const deadline = { remainingMs: () => remainingMs, totalMs: 900_000, signal: never };

    const waiting = scene.worker({ deadline }).open('first', never);
    remainingMs = 450_000;

    await expect(waiting).rejects.toMatchObject({
      kind: 'partner-busy',
      message: expect.stringContaining('connection.maxConnections: 1'),
    });
    expect(scene.server.sessions.peak).toBe(1);
  });

  it('that are closed while they wait do not wait any longer', async () => {
    const scene = await start(1);
    await scene.worker().open('first', never);
    const pool = scene.pool();

    const waiting = pool.use(soon).catch((error: unknown) => error);
    await until('the wish is known', async () => (await readBudget(scene.table, scene.name)).wantedUntilMs);
    await pool.close();

    expect(String(await waiting)).toContain('closed');
  });
});

describe('a slot', () => {
  it('is free again when its session is closed', async () => {
    const scene = await start(1);
    const session = await scene.worker().open('first', never);

    await session?.close();

    expect((await slotsInUse(scene.table, scene.name, scene.now())).map(({ use }) => use)).not.toContain(
      'held',
    );
    expect((await scene.worker().open('first', never))?.lost).toBe(false);
  });

  it('of a worker that was killed comes free by itself', async () => {
    const scene = await start(1);
    // Nobody renews it, and nobody gives it back.
    await new HeldSlots(scene.file, scene.systems()).take('first');
    const waiting = scene.worker().open('first', never);
    await until('the wish is known', async () => (await readBudget(scene.table, scene.name)).wantedUntilMs);

    scene.aheadMs = slotMs;

    expect((await waiting)?.lost).toBe(false);
  });

  it('that lapsed and is another one’s now takes the session with it', async () => {
    const scene = await start(1);
    const slept = scene.worker();
    const session = await slept.open('first', never);
    scene.aheadMs = slotMs;
    await scene.worker().open('first', never);

    await slept.renew();

    expect(session?.lost).toBe(true);
  });

  it('stays with the worker whose session was lost, and is used again', async () => {
    const scene = await start(1);
    const worker = scene.worker();
    const session = await worker.open('first', never);
    scene.server.dropSessions();
    await until('the loss is seen', () => session?.lost || undefined);
    await session?.close();
    const others = await slotsInUse(scene.table, scene.name, scene.now());

    const next = await worker.open('first', never);

    expect(others).toEqual([{ number: 0, use: 'held' }]);
    expect(next?.lost).toBe(false);
  });

  it('is given back where connecting fails', async () => {
    const scene = await start(1);
    scene.server.fault({ on: 'connect', times: 1, do: { kind: 'cut-control', when: 'before' } });

    await expect(scene.worker().open('first', never)).rejects.toMatchObject({ kind: 'connection-lost' });

    expect((await slotsInUse(scene.table, scene.name, scene.now())).map(({ use }) => use)).not.toContain(
      'held',
    );
  });
});

describe.each(['421-at-connect', '530-at-login'] as const)(
  'a server with less room than the partner file says (%s)',
  (tooManyConnections) => {
    it('refuses one session, and is asked for no more than it has', async () => {
      const scene = await start(4, { maxConnections: 2, tooManyConnections });
      const workers = [1, 2, 3].map(() => scene.worker());
      const sessions = [
        await workers[0]?.open('first', never),
        await workers[1]?.open('first', never),
        await workers[0]?.open('more', never),
      ];
      const asked = scene.server.log.length;

      const more = [await workers[0]?.open('more', never), await workers[1]?.open('more', never)];

      expect(sessions.map((session) => session?.lost)).toEqual([false, false, undefined]);
      expect(more).toEqual([undefined, undefined]);
      expect(scene.server.log.length).toBe(asked);
      expect((await readBudget(scene.table, scene.name)).lowered).toMatchObject({ to: 2, refusals: 1 });
    });

    it('is tried with one more after five minutes', async () => {
      const scene = await start(4, { maxConnections: 2, tooManyConnections });
      const worker = scene.worker();
      await worker.open('first', never);
      await worker.open('more', never);
      await worker.open('more', never);
      // The slots are held on by the clock's new time.
      scene.aheadMs = slotMs - 1;
      await worker.renew();
      for (let ms = slotMs - 1; ms < growthMs; ms += slotMs - 1) {
        scene.aheadMs = ms;
        await worker.renew();
      }
      scene.aheadMs = growthMs;

      await worker.open('more', never);

      expect((await readBudget(scene.table, scene.name)).lowered).toMatchObject({
        to: 2,
        refusedAtMs: expect.toSatisfy((atMs: number) => atMs > Date.now() + growthMs - slotMs),
      });
    });

    it('ends nobody’s run while another session of the partner lives', async () => {
      const scene = await start(2, { maxConnections: 1, tooManyConnections });
      const session = await scene.worker().open('first', never);
      const waiting = scene.worker().open('first', never);
      await until('the limit is lowered', async () => (await readBudget(scene.table, scene.name)).lowered);

      await session?.close();

      expect((await waiting)?.lost).toBe(false);
    });

    it('fails whoever finds it full with none of us connected', async () => {
      const scene = await start(2, { maxConnections: 0, tooManyConnections });

      await expect(scene.worker().open('first', never)).rejects.toMatchObject({
        kind: 'too-many-connections',
      });

      expect((await readBudget(scene.table, scene.name)).lowered).toMatchObject({ to: 1 });
    });
  },
);
