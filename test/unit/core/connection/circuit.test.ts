import { describe, expect, it } from 'vitest';
import {
  type Circuit,
  initialCircuit,
  loginPermission,
  noticeOf,
  type RefusedLogins,
  withLogin,
  withNoticeClaimed,
  withNoticePublished,
  withoutTrial,
  withRefusal,
  withTrial,
} from '../../../../lambdas/core/connection/circuit.ts';

const minute = 60_000;
const hour = 60 * minute;

let logins = 0;

/** A login that no other test has. */
function newLogin(nowMs: number, version = 'v1') {
  logins += 1;
  return { id: `login-${logins}`, version, nowMs };
}

const answer = '530 Login incorrect.';

function refuse(before: RefusedLogins | undefined, nowMs: number, version = 'v1'): RefusedLogins | undefined {
  return withRefusal({ ...initialCircuit, refused: before }, newLogin(nowMs, version), answer).refused;
}

/** The refusals of one version, each as soon as the circuit permits another trial. */
function refusedTimes(times: number): RefusedLogins {
  const before = times === 1 ? undefined : refusedTimes(times - 1);
  const refused = refuse(before, openEndMs(before));
  if (refused === undefined) throw new Error('the refusal was not counted');
  return refused;
}

/** When the next trial is permitted. */
function openEndMs(refused: RefusedLogins | undefined): number {
  return refused?.openUntilMs ?? 0;
}

describe('consecutive refused logins', () => {
  it.each([
    [1, 0],
    [2, 15 * minute],
    [3, hour],
    [4, 4 * hour],
    [5, 24 * hour],
    [6, 24 * hour],
    [50, 24 * hour],
  ])('%i times keep the circuit open for %i ms', (times, openMs) => {
    const atMs = times === 1 ? 0 : openEndMs(refusedTimes(times - 1));

    const { openUntilMs = atMs } = refusedTimes(times);

    expect(openUntilMs - atMs).toBe(openMs);
  });

  it('are counted from one again for a new version of the secret', () => {
    const other = refuse(refusedTimes(4), 10 * 24 * hour, 'v2');

    expect(other).toMatchObject({
      version: 'v2',
      count: 1,
      openUntilMs: undefined,
      firstAtMs: 10 * 24 * hour,
    });
  });

  it('keep the time of the first one', () => {
    expect(refusedTimes(4).firstAtMs).toBe(0);
  });

  it('do not include a login that began before the circuit opened', () => {
    const opened = refusedTimes(2);

    const late = refuse(opened, minute);

    expect(late).toBe(opened);
  });

  it.each([
    [1, false],
    [2, true],
    [3, false],
    [4, false],
  ])('open the circuit, the %i. time: %s', (times, isReported) => {
    const before = times === 1 ? undefined : { ...refusedTimes(times - 1), notice: undefined };
    const login = newLogin(openEndMs(before));

    const after = withRefusal({ ...initialCircuit, refused: before }, login, answer);

    expect(noticeOf(after, login.id) !== undefined).toBe(isReported);
  });

  it('count a login once whose refusal is recorded twice, also after another was counted', () => {
    const login = newLogin(0);
    const once = withRefusal(initialCircuit, login, answer);
    const thenAnother = withRefusal(once, newLogin(1), answer);

    expect(withRefusal(once, login, answer)).toBe(once);
    expect(withRefusal(thenAnother, login, answer)).toBe(thenAnother);
  });

  it('do not start again where a login has closed the circuit meanwhile', () => {
    const login = newLogin(0);
    const closed = withLogin(withRefusal(initialCircuit, login, answer), newLogin(1, 'v2'));

    expect(withRefusal(closed, login, answer)).toBe(closed);
  });

  it('are forgotten after a login, so that a later mistake of the server does not open the circuit at once', () => {
    const opened = { ...initialCircuit, refused: refusedTimes(2) };
    const loggedIn = withLogin(opened, newLogin(openEndMs(opened.refused)));

    const { refused } = withRefusal(loggedIn, newLogin(hour), answer);

    expect(refused).toMatchObject({ count: 1, openUntilMs: undefined });
  });
});

describe('the notice that the circuit has opened', () => {
  const opener = newLogin(1);
  const opened = withRefusal(withRefusal(initialCircuit, newLogin(0), answer), opener, answer);
  const dueMs = opened.refused?.notice?.untilMs ?? 0;

  it('is for the login that opened it, also where its refusal is recorded twice', () => {
    expect(noticeOf(withRefusal(opened, opener, answer), opener.id)?.count).toBe(2);
    expect(noticeOf(opened, 'another')).toBeUndefined();
  });

  it('goes to another login where the first did not publish it in time, and only then', () => {
    const early = withNoticeClaimed(opened, { id: 'another', nowMs: dueMs - 1 });
    const late = withNoticeClaimed(opened, { id: 'another', nowMs: dueMs });

    expect(early).toBe(opened);
    expect(noticeOf(late, 'another')?.count).toBe(2);
    expect(noticeOf(late, opener.id)).toBeUndefined();
  });

  it('is given once', () => {
    const published = withNoticePublished(opened, opener.id);

    expect(withNoticeClaimed(published, { id: 'another', nowMs: dueMs })).toBe(published);
    expect(loginPermission(published, 'v1', dueMs).kind).toBe('open');
  });
});

describe('a trial', () => {
  const login = newLogin(0);
  const inTrial = withTrial(initialCircuit, login);

  it('is not refused to its own login, whose first answer was lost', () => {
    expect(inTrial && withTrial(inTrial, login)).toBe(inTrial);
    expect(inTrial && withTrial(inTrial, newLogin(0))).toBeUndefined();
  });

  it('is ended by its own login alone', () => {
    expect(inTrial && withoutTrial(inTrial, 'another')).toBe(inTrial);
    expect(inTrial && withoutTrial(inTrial, login.id).trialUntilMs).toBeUndefined();
    expect(inTrial && withRefusal(inTrial, newLogin(0, 'v0'), answer).trialBy).toBe(login.id);
    expect(inTrial && withRefusal(inTrial, login, answer).trialBy).toBeUndefined();
  });
});

describe('a login', () => {
  const open = refusedTimes(2);
  const end = open.openUntilMs ?? 0;

  it.each<[string, Partial<Circuit>, number, string]>([
    ['with an untried version is a trial', {}, 0, 'trial'],
    ['with a proven version is permitted', { provenVersion: 'v1' }, 0, 'login'],
    ['with another version than the proven one is a trial', { provenVersion: 'v0' }, 0, 'trial'],
    ['waits for the trial of another worker', { trialUntilMs: minute }, 0, 'wait'],
    ['is a trial once the previous one has expired', { trialUntilMs: minute }, minute, 'trial'],
    [
      'with a proven version does not wait for a trial',
      { provenVersion: 'v1', trialUntilMs: minute },
      0,
      'login',
    ],
    ['that was refused once is a trial', { refused: refusedTimes(1) }, 0, 'trial'],
    ['that was refused twice is not tried', { refused: open }, end - 1, 'open'],
    ['is a trial when the circuit has been open for long enough', { refused: open }, end, 'trial'],
    ['waits for the trial that is permitted then', { refused: open, trialUntilMs: end + 1 }, end, 'wait'],
    [
      'with another version than the refused one is a trial at once',
      { refused: { ...open, version: 'v0' } },
      0,
      'trial',
    ],
  ])('%s', (_, changes, nowMs, expected) => {
    expect(loginPermission({ ...initialCircuit, ...changes }, 'v1', nowMs).kind).toBe(expected);
  });
});
