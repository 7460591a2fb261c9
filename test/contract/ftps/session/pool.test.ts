import { describe, expect, it } from 'vitest';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { FtpsError } from '../../../../lambdas/ftps/ftps-error.ts';
import { requestModifiedTimes } from '../../../../lambdas/ftps/session/file-facts.ts';
import { Pool, type PoolOptions } from '../../../../lambdas/ftps/session/pool.ts';
import type { Session } from '../../../../lambdas/ftps/session/session.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { type EmbeddedPartner, startEmbedded } from '../servers/embedded-partner.ts';
import { openTo } from '../test-partner.ts';

const quick: PoolOptions = { maxSessions: 3, rampMs: 1, pauseMs: 5 };
const file = parseRemotePath('/file');

async function start(): Promise<EmbeddedPartner> {
  const partner = await startEmbedded();
  partner.tree.put('/file', { content: 'x' });
  return partner;
}

async function askTime(session: Session) {
  const [modified] = await requestModifiedTimes(session, [file]);
  return modified;
}

describe('a pool of sessions', () => {
  it('opens no session before there is work', async () => {
    await using partner = await start();

    await using _pool = new Pool(() => openTo(partner), quick);

    expect(partner.server.sessions.peak).toBe(0);
  });

  it('uses all sessions that it may have, and no more', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), quick);
    const rest = () => new Promise((resolve) => setTimeout(resolve, 10));

    await Promise.all(Array.from({ length: 40 }, () => pool.use(rest)));

    expect(partner.server.sessions.peak).toBe(3);
  });

  it('keeps one session for sequential work', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), quick);

    for (let piece = 0; piece < 5; piece++) await pool.use(askTime);

    expect(partner.server.sessions.peak).toBe(1);
  });

  it('rethrows the error of the work, and keeps the session', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), quick);
    const lastError = new Error('not about the session');

    await expect(pool.use(() => Promise.reject(lastError))).rejects.toBe(lastError);
    await pool.use(askTime);

    expect(partner.server.log.filter(({ command }) => command === 'PASS').length).toBe(1);
  });

  it('replaces a lost session', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), quick);
    partner.server.fault({ on: 'MDTM', times: 1, do: { kind: 'cut-control', when: 'before' } });
    await expect(pool.use(askTime)).rejects.toMatchObject({ kind: 'connection-lost' });

    const modified = await pool.use(askTime);

    expect(modified?.clock).toBe('utc');
  });

  it('never passes a lost session to the next waiter', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), { ...quick, maxSessions: 1 });
    partner.server.fault({ on: 'MDTM', times: 1, do: { kind: 'cut-control', when: 'before' } });

    const outcomes = await Promise.allSettled([pool.use(askTime), pool.use(askTime)]);

    expect(outcomes.map(errorKindOf)).toEqual(['connection-lost', 'none']);
  });

  it('replaces a session that was lost while idle', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), { ...quick, idleCheckMs: 0 });
    await pool.use(askTime);
    partner.server.fault({ on: 'NOOP', times: 1, do: { kind: 'cut-control', when: 'before' } });

    const modified = await pool.use(askTime);

    expect(modified?.clock).toBe('utc');
    expect(partner.server.log.filter(({ command }) => command === 'PASS').length).toBe(2);
  });

  it('tries a refused login once, however many workers wait', async () => {
    await using partner = await start();
    const wrong = { ...partner, credentials: { ...partner.credentials, password: 'wrong' } };
    await using pool = new Pool(() => openTo(wrong), quick);

    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => pool.use(askTime)));
    const late = pool.use(askTime);

    await expect(late).rejects.toMatchObject({ kind: 'login-refused' });
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(partner.server.log.filter(({ command }) => command === 'PASS').length).toBe(1);
  });

  it('tries no further session after one was refused, though another has logged in', async () => {
    await using partner = await start();
    const wrong = { ...partner, credentials: { ...partner.credentials, password: 'wrong' } };
    let opened = 0;
    const open = () => openTo(opened++ === 0 ? partner : wrong);
    await using pool = new Pool(open, { ...quick, maxSessions: 2 });
    const refused = Promise.withResolvers<void>();
    const holding = pool.use(() => refused.promise);

    const outcomes = await Promise.allSettled([pool.use(askTime), pool.use(askTime), pool.use(askTime)]);
    refused.resolve();
    await holding;

    expect(outcomes.map(errorKindOf)).toEqual(['login-refused', 'login-refused', 'login-refused']);
    expect(partner.server.log.filter(({ command }) => command === 'PASS').length).toBe(2);
  });

  it('uses fewer sessions after the server answers that there are too many', async () => {
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

  it('fails while the server is down, and works again when it is back', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), quick);
    await pool.use(askTime);
    const end = partner.server.fault({ on: 'connect', do: { kind: 'cut-control', when: 'before' } });
    partner.server.dropSessions();

    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => pool.use(askTime)));
    end();
    const modified = await pool.use(askTime);

    expect(outcomes.map(errorKindOf)).toEqual(Array(5).fill('connection-lost'));
    expect(modified?.clock).toBe('utc');
  });

  it('asks for a first session only while it has none, and continues with what it has where it gets no more', async () => {
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

  it('asks for a first session again after it has lost all', async () => {
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

  it('closes one idle session, and keeps the last', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), { ...quick, maxSessions: 2 });
    await useConcurrently(pool, 2);

    pool.closeOneSession();
    pool.closeOneSession();
    await waitUntil({ what: 'one session is closed', check: () => partner.server.sessions.now === 1 });
    await pool.use(askTime);

    expect(partner.server.log.filter(({ command }) => command === 'PASS').length).toBe(2);
  });

  it('closes a busy session as soon as its work is done', async () => {
    await using partner = await start();
    await using pool = new Pool(() => openTo(partner), { ...quick, maxSessions: 2 });

    await useConcurrently(pool, 2, () => pool.closeOneSession());

    await waitUntil({ what: 'one session is closed', check: () => partner.server.sessions.now === 1 });
    const ended = partner.server.log.filter(({ command }) => command === 'QUIT');
    expect(new Set(ended.map(({ session }) => session)).size).toBe(1);
  });

  it('closes each session once, also lost ones, and reports when all have ended', async () => {
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

  it('rejects waiters when it is closed, and leaves no session open', async () => {
    await using partner = await start();
    const pool = new Pool(() => openTo(partner), { ...quick, maxSessions: 1 });
    const working = pool.use((session) => askTime(session).then(() => neverEnding(session)));
    const waiting = pool.use(askTime);
    const outcomes = Promise.allSettled([working, waiting]);
    while (partner.server.sessions.now === 0) await new Promise((resolve) => setTimeout(resolve, 5));

    await pool.close();

    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(pool.use(askTime)).rejects.toThrow('closed');
  });
});

/** Uses so many sessions at the same time, and calls `meanwhile` while all are busy. */
async function useConcurrently(
  pool: Pool,
  count: number,
  meanwhile: () => void = () => undefined,
): Promise<void> {
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

/** Sends commands until the session is closed. */
async function neverEnding(session: Session): Promise<void> {
  for (;;) await askTime(session);
}

function errorKindOf(outcome: PromiseSettledResult<unknown>): string {
  if (outcome.status === 'fulfilled') return 'none';
  return outcome.reason instanceof FtpsError ? outcome.reason.kind : String(outcome.reason);
}
