import { describe, expect, it } from 'vitest';
import type { FtpsErrorKind } from '../../../../lambdas/core/connection/ftps-error-kind.ts';
import { ftpsErrorPolicies } from '../../../../lambdas/core/connection/ftps-error-policies.ts';
import {
  circuitRetrySeconds,
  decideAfterTry,
  isRefusal,
  nextTry,
} from '../../../../lambdas/core/delivery/delivery-retry.ts';

const hourSeconds = 3600;
/** The seconds until the next try, for each try but the last. */
function pausesAfter(error: FtpsErrorKind | undefined): number[] {
  return [1, 2, 3, 4].map((tries) => {
    const after = decideAfterTry(tries, error);
    if (after.kind === 'dead-letter') throw new Error(`nothing follows try ${tries}`);
    return after.seconds;
  });
}

/** What follows the failure of a delivery, by error. */
const fates: Readonly<Record<FtpsErrorKind, 'refused' | 'retried' | 'retried, after the longest delay'>> = {
  'host-not-found': 'retried',
  'connection-refused': 'retried',
  timeout: 'retried',
  'connection-lost': 'retried',
  'too-many-connections': 'retried',
  'partner-busy': 'retried',
  unavailable: 'retried',
  'wrong-size': 'retried',
  gone: 'refused',
  denied: 'refused',
  refused: 'refused',
  'name-refused': 'refused',
  'no-space': 'refused',
  'not-supported': 'refused',
  'cannot-verify': 'refused',
  'login-refused': 'retried, after the longest delay',
  'account-required': 'retried, after the longest delay',
  'circuit-open': 'retried, after the longest delay',
  'certificate-refused': 'retried, after the longest delay',
  'client-certificate-refused': 'retried, after the longest delay',
  'tls-refused': 'retried, after the longest delay',
  'not-ftps': 'retried, after the longest delay',
  'protection-refused': 'retried, after the longest delay',
  changed: 'retried, after the longest delay',
  protocol: 'retried, after the longest delay',
};

describe('a failed delivery', () => {
  it.each(Object.entries(fates) as [FtpsErrorKind, string][])('of %s is %s', (error, expected) => {
    const isSeldom = (pausesAfter(error)[0] ?? 0) >= hourSeconds / 2;

    const fate = isRefusal(error) ? 'refused' : isSeldom ? 'retried, after the longest delay' : 'retried';

    expect(fate).toBe(expected);
  });

  it('covers every error kind', () => {
    expect(Object.keys(fates).sort()).toEqual(Object.keys(ftpsErrorPolicies).sort());
  });

  it.each([undefined, 'timeout', 'connection-refused'] as const)(
    'with %s is retried for more than an hour, with increasing delays',
    (error) => {
      const pauses = pausesAfter(error);

      expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan(hourSeconds);
      expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
      expect(new Set(pauses).size).toBe(pauses.length);
    },
  );

  it.each([undefined, 'timeout', 'login-refused'] as const)(
    'with %s for the fifth time goes to the dead-letter queue',
    (error) => {
      const after = [5, 6, 100].map((tries) => decideAfterTry(tries, error).kind);

      expect(after).toEqual(['dead-letter', 'dead-letter', 'dead-letter']);
    },
  );

  it('is counted from one, and again after a redrive', () => {
    expect([0, 1, 2, 3, 4, 5].map(nextTry)).toEqual([1, 2, 3, 4, 5, 1]);
  });

  it('never waits longer than the maximum visibility timeout of SQS', () => {
    const longest = Math.max(...pausesAfter('login-refused'), ...pausesAfter('timeout'));

    expect(longest).toBeLessThan(12 * hourSeconds);
  });

  it.each([
    [1, 1],
    [90_500, 91],
    [15 * 60_000, 900],
    [24 * 3_600_000, 2400],
  ])('waits for a circuit that is open for %i ms more for %i s', (waitMs, seconds) => {
    expect(circuitRetrySeconds(waitMs)).toBe(seconds);
  });

  it('with a refused login is not tried more than twice an hour', () => {
    const pauses = pausesAfter('login-refused');

    expect(Math.min(...pauses)).toBeGreaterThan(hourSeconds / 2);
  });
});
