import { describe, expect, it } from 'vitest';
import {
  afterRefusedLogin,
  type Circuit,
  hasOpened,
  loginRight,
  noLoginsYet,
  type RefusedLogins,
} from '../../../lambdas/sync/circuit.ts';

const minute = 60_000;
const hour = 60 * minute;

const refuse = (before: RefusedLogins | undefined, nowMs: number, version = 'v1') =>
  afterRefusedLogin(before, { version, nowMs, message: '530 Login incorrect.' });

/** The refusals of one version, each as soon as the circuit lets another trial through. */
function refusedTimes(times: number): RefusedLogins {
  const before = times === 1 ? undefined : refusedTimes(times - 1);
  return refuse(before, endOf(before));
}

/** When the next trial is let through. */
function endOf(refused: RefusedLogins | undefined): number {
  return refused?.openUntilMs ?? 0;
}

describe('refused logins in a row', () => {
  it.each([
    [1, 0],
    [2, 15 * minute],
    [3, hour],
    [4, 4 * hour],
    [5, 24 * hour],
    [6, 24 * hour],
    [50, 24 * hour],
  ])('%i times keep everybody away for %i ms', (times, openMs) => {
    const atMs = times === 1 ? 0 : endOf(refusedTimes(times - 1));

    const { openUntilMs = atMs } = refusedTimes(times);

    expect(openUntilMs - atMs).toBe(openMs);
  });

  it('are counted from one again for another version of the secret', () => {
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

  it('are not more by a login that was under way when the circuit opened', () => {
    const opened = refusedTimes(2);

    const late = refuse(opened, minute);

    expect(late).toBe(opened);
    expect(hasOpened(opened, late)).toBe(false);
  });

  it.each([
    [1, false],
    [2, true],
    [3, false],
    [4, false],
  ])('are told of, the %i. time: %s', (times, isTold) => {
    const before = times === 1 ? undefined : refusedTimes(times - 1);

    const after = refuse(before, endOf(before));

    expect(hasOpened(before, after)).toBe(isTold);
  });
});

describe('a login', () => {
  const open = refusedTimes(2);
  const end = open.openUntilMs ?? 0;

  it.each<[string, Partial<Circuit>, number, string]>([
    ['with a version that nobody has tried is a trial', {}, 0, 'trial'],
    ['with a proven version is free', { provenVersion: 'v1' }, 0, 'login'],
    ['with another version than the proven one is a trial', { provenVersion: 'v0' }, 0, 'trial'],
    ['waits for a trial of somebody else', { trialUntilMs: minute }, 0, 'wait'],
    ['is a trial where the one before has lapsed', { trialUntilMs: minute }, minute, 'trial'],
    ['with a proven version waits for no trial', { provenVersion: 'v1', trialUntilMs: minute }, 0, 'login'],
    ['that was refused once is a trial', { refused: refusedTimes(1) }, 0, 'trial'],
    ['that was refused twice is not tried', { refused: open }, end - 1, 'open'],
    ['is a trial when the circuit has been open for long enough', { refused: open }, end, 'trial'],
    [
      'waits for the one trial that is let through then',
      { refused: open, trialUntilMs: end + 1 },
      end,
      'wait',
    ],
    [
      'with another version than the refused one is a trial at once',
      { refused: { ...open, version: 'v0' } },
      0,
      'trial',
    ],
  ])('%s', (_, changes, nowMs, expected) => {
    expect(loginRight({ ...noLoginsYet, ...changes }, 'v1', nowMs).kind).toBe(expected);
  });
});
