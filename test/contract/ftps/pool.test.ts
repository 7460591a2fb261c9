import { describe, expect, it } from 'vitest';
import { modifiedTimeOf } from '../../../lambdas/ftps/commands.ts';
import { FtpsError } from '../../../lambdas/ftps/ftps-error.ts';
import { Pool, type PoolOptions } from '../../../lambdas/ftps/pool.ts';
import type { Session } from '../../../lambdas/ftps/session.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { until } from '../../support/stage/until.ts';
import { type EmbeddedPartner, startEmbedded } from './embedded-partner.ts';
import { openTo } from './test-partner.ts';

const quick: PoolOptions = { maxSessions: 3, rampMs: 1, pauseMs: 5 };
const file = parseRemotePath('/file');

async function start(): Promise<EmbeddedPartner> {
  const partner = await startEmbedded();
  partner.tree.put('/file', { content: 'x' });
  return partner;
}

const askTime = (session: Session) => modifiedTimeOf(session, file);

describe('a pool of sessions', () => {
  it('opens none before there is work', async () => {
    await using partner = await start();

    await using _pool = new Pool(() => openTo(partner), quick);

    expect(partner.server.sessions.peak).toBe(0);
  });

  it('never has more than it may, and uses all of them', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), quick);
    const rest = () => new Promise((resolve) => setTimeout(resolve, 10));

    await Promise.all(Array.from({ length: 40 }, () => pool.use(rest)));

    expect(partner.server.sessions.peak).toBe(3);
  });

  it('keeps one session for work that comes piece by piece', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), quick);

    for (let piece = 0; piece < 5; piece++) await pool.use(askTime);

    expect(partner.server.sessions.peak).toBe(1);
  });

  it('gives back what the work fails with, and keeps the session', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), quick);
    const failure = new Error('not about the session');

    await expect(pool.use(() => Promise.reject(failure))).rejects.toBe(failure);
    await pool.use(askTime);

    expect(partner.server.log.filter(({ command }) => command === 'PASS').length).toBe(1);
  });

  it('replaces a session that is lost', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), quick);
    partner.server.fault({ on: 'MDTM', times: 1, do: { kind: 'cut-control', when: 'before' } });
    await expect(pool.use(askTime)).rejects.toMatchObject({ kind: 'connection-lost' });

    const modified = await pool.use(askTime);

    expect(modified.clock).toBe('utc');
  });

  it('never gives a lost session to the next in the queue', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), { ...quick, maxSessions: 1 });
    partner.server.fault({ on: 'MDTM', times: 1, do: { kind: 'cut-control', when: 'before' } });

    const outcomes = await Promise.allSettled([pool.use(askTime), pool.use(askTime)]);

    expect(outcomes.map(faultOf)).toEqual(['connection-lost', 'none']);
  });

  it('replaces a session that has died in its sleep', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), { ...quick, idleCheckMs: 0 });
    await pool.use(askTime);
    partner.server.fault({ on: 'NOOP', times: 1, do: { kind: 'cut-control', when: 'before' } });

    const modified = await pool.use(askTime);

    expect(modified.clock).toBe('utc');
    expect(partner.server.log.filter(({ command }) => command === 'PASS').length).toBe(2);
  });

  it('tries a refused login once, however many want to work', async () => {
    await using partner = await start();
    const wrong = { ...partner, credentials: { ...partner.credentials, password: 'wrong' } };
    await using pool = new Pool(() => openTo(wrong), quick);

    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => pool.use(askTime)));
    const late = pool.use(askTime);

    await expect(late).rejects.toMatchObject({ kind: 'login-refused' });
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(partner.server.log.filter(({ command }) => command === 'PASS').length).toBe(1);
  });

  it('asks for fewer sessions once the server has said that there are too many', async () => {
    await using partner = await startEmbedded({ maxConnections: 2, tooManyConnections: '530-at-login' });
    partner.tree.put('/file', { content: 'x' });
    await using pool = new Pool(() => openTo(partner), { ...quick, maxSessions: 8 });

    const times = await Promise.all(Array.from({ length: 50 }, () => pool.use(askTime)));

    expect(times.length).toBe(50);
    expect(partner.server.log.filter(({ command }) => command === 'PASS').length).toBeLessThan(12);
  });

  it('fails where the server is full and no session is open', async () => {
    await using partner = await startEmbedded({ maxConnections: 1 });
    await using _other = await openTo(partner);
    await using pool = new Pool(() => openTo(partner), quick);

    await expect(pool.use(askTime)).rejects.toMatchObject({ kind: 'too-many-connections' });
  });

  it('fails where the server is gone, and works again when it is back', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), quick);
    await pool.use(askTime);
    const end = partner.server.fault({ on: 'connect', do: { kind: 'cut-control', when: 'before' } });
    partner.server.dropSessions();

    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => pool.use(askTime)));
    end();
    const modified = await pool.use(askTime);

    expect(outcomes.map(faultOf)).toEqual(Array(5).fill('connection-lost'));
    expect(modified.clock).toBe('utc');
  });

  it('asks for a first session only while it has none, and goes on with what it has where there is no more', async () => {
    await using partner = await start();
    const needs: string[] = [];
    const open = (need: 'first' | 'more') => {
      needs.push(need);
      return need === 'first' ? openTo(partner) : Promise.resolve(undefined);
    };
    await using pool = new Pool(open, quick);

    const times = await Promise.all(Array.from({ length: 20 }, () => pool.use(askTime)));

    expect(times.length).toBe(20);
    expect(needs.filter((need) => need === 'first')).toEqual(['first']);
    expect(partner.server.sessions.peak).toBe(1);
  });

  it('asks for a first session again when it has lost all', async () => {
    await using partner = await start();
    const needs: string[] = [];
    const open = (need: 'first' | 'more') => {
      needs.push(need);
      return openTo(partner);
    };
    await using pool = new Pool(open, quick);
    partner.server.fault({ on: 'MDTM', times: 1, do: { kind: 'cut-control', when: 'before' } });
    await pool.use(askTime).catch(() => undefined);

    await pool.use(askTime);

    expect(needs).toEqual(['first', 'first']);
  });

  it('gives one idle session back, and keeps the last', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), { ...quick, maxSessions: 2 });
    await useAtOnce(pool, 2);

    pool.giveOneBack();
    pool.giveOneBack();
    await until('one is closed', () => partner.server.sessions.now === 1 || undefined);
    await pool.use(askTime);

    expect(partner.server.log.filter(({ command }) => command === 'PASS').length).toBe(2);
  });

  it('gives a session back that is at work as soon as that is done', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), { ...quick, maxSessions: 2 });

    await useAtOnce(pool, 2, () => pool.giveOneBack());

    await until('one is closed', () => partner.server.sessions.now === 1 || undefined);
    const ended = partner.server.log.filter(({ command }) => command === 'QUIT');
    expect(new Set(ended.map(({ session }) => session)).size).toBe(1);
  });

  it('closes each session once, lost ones too, and tells when all have ended', async () => {
    await using partner = await start();
    const closed: string[] = [];
    const open = async () => {
      const session = await openTo(partner);
      const end = session.close;
      const close = async () => {
        closed.push(session.lost ? 'lost' : 'open');
        await end();
      };
      return Object.assign(session, { close });
    };
    const onClosed = async () => void closed.push('all');
    const pool = new Pool(open, { ...quick, onClosed });
    partner.server.fault({ on: 'MDTM', times: 1, do: { kind: 'cut-control', when: 'before' } });
    await pool.use(askTime).catch(() => undefined);
    await pool.use(askTime);

    await pool.close();

    expect(closed).toEqual(['lost', 'open', 'all']);
  });

  it('refuses those who wait when it is closed, and leaves no session open', async () => {
    await using partner = await start();
    const pool = new Pool(() => openTo(partner), { ...quick, maxSessions: 1 });
    const working = pool.use((session) => modifiedTimeOf(session, file).then(() => neverEnding(session)));
    const waiting = pool.use(askTime);
    const outcomes = Promise.allSettled([working, waiting]);
    while (partner.server.sessions.now === 0) await new Promise((resolve) => setTimeout(resolve, 5));

    await pool.close();

    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(pool.use(askTime)).rejects.toThrow('closed');
  });
});

/** Has so many sessions at work at one time, and does something while they all are. */
async function useAtOnce(pool: Pool, count: number, meanwhile: () => void = () => undefined): Promise<void> {
  const all = Promise.withResolvers<void>();
  let working = 0;
  const work = async () => {
    working += 1;
    if (working === count) {
      meanwhile();
      all.resolve();
    }
    await all.promise;
  };
  await Promise.all(Array.from({ length: count }, () => pool.use(work)));
}

/** Asks until the session is taken away. */
async function neverEnding(session: Session): Promise<void> {
  for (;;) await modifiedTimeOf(session, file);
}

function faultOf(outcome: PromiseSettledResult<unknown>): string {
  if (outcome.status === 'fulfilled') return 'none';
  return outcome.reason instanceof FtpsError ? outcome.reason.kind : String(outcome.reason);
}
