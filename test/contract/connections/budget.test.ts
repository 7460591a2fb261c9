import { setTimeout as sleep } from 'node:timers/promises';
import type { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { HeldSlots } from '../../../lambdas/connections/held-slots.ts';
import { growthMs } from '../../../lambdas/core/connection/connection-limit.ts';
import { readBudget } from '../../../lambdas/ledger/connection/connection-budget.ts';
import { slotMs, slotsInUse } from '../../../lambdas/ledger/connection/connection-slots.ts';
import type { Table } from '../../../lambdas/ledger/table.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { useTable } from '../ledger/test-table.ts';
import { never, PartnerFixture } from './partner-fixture.ts';

const ledger = useTable();
const start = (maxConnections: number, server = {}) =>
  PartnerFixture.start(() => ledger.table, maxConnections, server);

const soon = () => sleep(20);
const forty = Array.from({ length: 40 }, (_, index) => index);

describe('several workers of one partner', () => {
  it('never have more sessions together than the partner allows, and all complete their work', async () => {
    const partner = await start(3, { maxConnections: 3 });
    const pools = [1, 2, 3, 4, 5, 6].map(() => partner.pool());

    await Promise.all(
      pools.map(async (pool) => {
        await Promise.all(forty.map(() => pool.use(soon)));
        await pool.close();
      }),
    );

    expect(partner.server.sessions.peak).toBe(3);
    expect(await readBudget(partner.table, partner.name)).toMatchObject({ lowered: undefined });
  });

  it('work one after the other where the partner allows one connection', async () => {
    const partner = await start(1, { maxConnections: 1 });
    const pools = [1, 2, 3].map(() => partner.pool());

    await Promise.all(
      pools.map(async (pool) => {
        await pool.use(soon);
        await pool.close();
      }),
    );

    expect(partner.server.sessions.peak).toBe(1);
    expect(partner.logins).toBe(3);
  });

  it('give one of several sessions to a worker without one, when they renew', async () => {
    const partner = await start(2);
    const holder = partner.worker();
    const requests: string[] = [];
    const sessions = [await holder.open('first', never), await holder.open('more', never)];
    holder.onWanted = () => {
      requests.push('wanted');
      void sessions[1]?.close();
    };

    const waiting = partner.worker().open('first', never);
    await waitUntil({
      what: 'a slot has been requested',
      check: async () => (await readBudget(partner.table, partner.name)).wantedUntilMs,
    });
    await holder.renew();
    const session = await waiting;

    expect(session?.lost).toBe(false);
    expect(requests).toEqual(['wanted']);
    expect(sessions[0]?.lost).toBe(false);
  });

  it('get no second session while a worker has none', async () => {
    const partner = await start(2);
    const [first, second, third] = [partner.worker(), partner.worker(), partner.worker()];
    const held = await first.open('first', never);
    await second.open('first', never);
    const waiting = third.open('first', never);
    await waitUntil({
      what: 'a slot has been requested',
      check: async () => (await readBudget(partner.table, partner.name)).wantedUntilMs,
    });

    const more = await first.open('more', never);
    await held?.close();
    const session = await waiting;

    expect(more).toBeUndefined();
    expect(session?.lost).toBe(false);
  });

  it('give up after half of their time, without having connected', async () => {
    const partner = await start(1);
    await partner.worker().open('first', never);
    let remainingMs = 900_000;
    const deadline = { remainingMs: () => remainingMs, totalMs: 900_000, signal: never };

    const waiting = partner.worker({ deadline }).open('first', never);
    remainingMs = 450_000;

    await expect(waiting).rejects.toMatchObject({
      kind: 'partner-busy',
      message: expect.stringContaining('connection.maxConnections is 1'),
    });
    expect(partner.server.sessions.peak).toBe(1);
  });

  it('stop waiting when they are closed', async () => {
    const partner = await start(1);
    await partner.worker().open('first', never);
    const pool = partner.pool();

    const waiting = pool.use(soon).catch((error: unknown) => error);
    await waitUntil({
      what: 'a slot has been requested',
      check: async () => (await readBudget(partner.table, partner.name)).wantedUntilMs,
    });
    await pool.close();

    expect(String(await waiting)).toContain('closed');
  });
});

describe('a slot', () => {
  it('is free when its session is closed', async () => {
    const partner = await start(1);
    const session = await partner.worker().open('first', never);

    await session?.close();

    expect(
      (await slotsInUse(partner.table, partner.name, partner.now())).map(({ use }) => use),
    ).not.toContain('held');
    expect((await partner.worker().open('first', never))?.lost).toBe(false);
  });

  it('of a worker that was killed expires', async () => {
    const partner = await start(1);
    // Neither renewed nor given back.
    await new HeldSlots(partner.file, partner.dependencies()).take('first');
    const waiting = partner.worker().open('first', never);
    await waitUntil({
      what: 'a slot has been requested',
      check: async () => (await readBudget(partner.table, partner.name)).wantedUntilMs,
    });

    partner.aheadMs = slotMs;

    expect((await waiting)?.lost).toBe(false);
  });

  it('that expired and was taken by another worker ends the session', async () => {
    const partner = await start(1);
    const stalled = partner.worker();
    const session = await stalled.open('first', never);
    partner.aheadMs = slotMs;
    await partner.worker().open('first', never);

    await stalled.renew();

    expect(session?.lost).toBe(true);
  });

  it('stays with the worker whose session was lost, and is reused', async () => {
    const partner = await start(1);
    const worker = partner.worker();
    const session = await worker.open('first', never);
    partner.server.dropSessions();
    await waitUntil({ what: 'the session is lost', check: () => session?.lost });
    await session?.close();
    const others = await slotsInUse(partner.table, partner.name, partner.now());

    const next = await worker.open('first', never);

    expect(others).toEqual([{ number: 0, use: 'held' }]);
    expect(next?.lost).toBe(false);
  });

  it('is released where connecting fails', async () => {
    const partner = await start(1);
    partner.server.fault({ on: 'connect', times: 1, do: { kind: 'cut-control', when: 'before' } });

    await expect(partner.worker().open('first', never)).rejects.toMatchObject({ kind: 'connection-lost' });

    expect(
      (await slotsInUse(partner.table, partner.name, partner.now())).map(({ use }) => use),
    ).not.toContain('held');
  });
});

describe.each(['421-at-connect', '530-at-login'] as const)(
  'a server with a lower limit than the partner file (%s)',
  (tooManyConnections) => {
    it('refuses one session, and gets no further request above its limit', async () => {
      const partner = await start(4, { maxConnections: 2, tooManyConnections });
      const workers = [1, 2, 3].map(() => partner.worker());
      const sessions = [
        await workers[0]?.open('first', never),
        await workers[1]?.open('first', never),
        await workers[0]?.open('more', never),
      ];
      const commands = partner.server.log.length;

      const more = [await workers[0]?.open('more', never), await workers[1]?.open('more', never)];

      expect(sessions.map((session) => session?.lost)).toEqual([false, false, undefined]);
      expect(more).toEqual([undefined, undefined]);
      expect(partner.server.log.length).toBe(commands);
      expect((await readBudget(partner.table, partner.name)).lowered).toMatchObject({ to: 2, refusals: 1 });
    });

    it('gets one more request after five minutes', async () => {
      const partner = await start(4, { maxConnections: 2, tooManyConnections });
      const worker = partner.worker();
      await worker.open('first', never);
      await worker.open('more', never);
      await worker.open('more', never);
      // The slots must not expire while the clock moves on.
      partner.aheadMs = slotMs - 1;
      await worker.renew();
      for (let ms = slotMs - 1; ms < growthMs; ms += slotMs - 1) {
        partner.aheadMs = ms;
        await worker.renew();
      }
      partner.aheadMs = growthMs;

      await worker.open('more', never);

      expect((await readBudget(partner.table, partner.name)).lowered).toMatchObject({
        to: 2,
        refusedAtMs: expect.toSatisfy((atMs: number) => atMs > Date.now() + growthMs - slotMs),
      });
    });

    it('fails no worker while another session of the partner is open', async () => {
      const partner = await start(2, { maxConnections: 1, tooManyConnections });
      const session = await partner.worker().open('first', never);
      const waiting = partner.worker().open('first', never);
      await waitUntil({
        what: 'the limit is lowered',
        check: async () => (await readBudget(partner.table, partner.name)).lowered,
      });

      await session?.close();

      expect((await waiting)?.lost).toBe(false);
    });

    it('fails the worker where no session of the partner is open', async () => {
      const partner = await start(2, { maxConnections: 0, tooManyConnections });

      await expect(partner.worker().open('first', never)).rejects.toMatchObject({
        kind: 'too-many-connections',
      });

      expect((await readBudget(partner.table, partner.name)).lowered).toMatchObject({ to: 1 });
    });
  },
);

it('No other worker takes the slot of a refused session before the limit is lowered', async () => {
  const partner = await start(2, { maxConnections: 1, tooManyConnections: '530-at-login' });
  await partner.worker().open('first', never);
  const other = partner.worker();
  const { table } = partner;
  const slowlyLowering: Table = {
    name: table.name,
    client: Object.assign(Object.create(table.client), {
      send: async (command: UpdateCommand) => {
        if (JSON.stringify(command.input).includes('lowered')) {
          // By now a slot that was given back would be free.
          partner.aheadMs += 5_000;
          await other.open('more', never);
        }
        return table.client.send(command);
      },
    }),
  };

  const session = await partner.worker({ table: slowlyLowering }).open('more', never);

  expect(session).toBeUndefined();
  expect(partner.logins).toBe(2);
});
