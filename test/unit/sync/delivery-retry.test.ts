import { describe, expect, it } from 'vitest';
import { afterTry, isRefusal, nextTry, whileCircuitOpen } from '../../../lambdas/sync/delivery-retry.ts';
import type { FtpsFault } from '../../../lambdas/sync/ftps-fault.ts';
import { faultPolicies } from '../../../lambdas/sync/retry.ts';

const hourSeconds = 3600;
/** The seconds until the next try, for each try that has one. */
function pausesAfter(fault: FtpsFault | undefined): number[] {
  return [1, 2, 3, 4].map((tries) => {
    const after = afterTry(tries, fault);
    if (after.kind === 'give-up') throw new Error(`nothing follows try ${tries}`);
    return after.seconds;
  });
}

/** What becomes of a delivery that failed so. */
const fates: Readonly<Record<FtpsFault, 'refused' | 'tried again' | 'tried again, seldom'>> = {
  'host-not-found': 'tried again',
  'connection-refused': 'tried again',
  timeout: 'tried again',
  'connection-lost': 'tried again',
  'too-many-connections': 'tried again',
  'partner-busy': 'tried again',
  unavailable: 'tried again',
  'wrong-size': 'tried again',
  gone: 'refused',
  denied: 'refused',
  refused: 'refused',
  'name-refused': 'refused',
  'no-space': 'refused',
  'not-supported': 'refused',
  'login-refused': 'tried again, seldom',
  'circuit-open': 'tried again, seldom',
  'certificate-refused': 'tried again, seldom',
  'client-certificate-refused': 'tried again, seldom',
  'tls-refused': 'tried again, seldom',
  'not-ftps': 'tried again, seldom',
  'protection-refused': 'tried again, seldom',
  changed: 'tried again, seldom',
  protocol: 'tried again, seldom',
};

describe('a delivery that failed', () => {
  it.each(Object.entries(fates) as [FtpsFault, string][])('of %s is %s', (fault, expected) => {
    const isSeldom = (pausesAfter(fault)[0] ?? 0) >= hourSeconds / 2;

    const fate = isRefusal(fault) ? 'refused' : isSeldom ? 'tried again, seldom' : 'tried again';

    expect(fate).toBe(expected);
  });

  it('has a fate for every fault there is', () => {
    expect(Object.keys(fates).sort()).toEqual(Object.keys(faultPolicies).sort());
  });

  it.each([undefined, 'timeout', 'connection-refused'] as const)(
    'of %s is tried over more than an hour, with pauses that grow',
    (fault) => {
      const pauses = pausesAfter(fault);

      expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan(hourSeconds);
      expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
      expect(new Set(pauses).size).toBe(pauses.length);
    },
  );

  it.each([undefined, 'timeout', 'login-refused'] as const)(
    'of %s for the fifth time is given up, and its group goes on',
    (fault) => {
      const after = [5, 6, 100].map((tries) => afterTry(tries, fault).kind);

      expect(after).toEqual(['give-up', 'give-up', 'give-up']);
    },
  );

  it('is counted from one, and anew once it was given up and moved back', () => {
    expect([0, 1, 2, 3, 4, 5].map(nextTry)).toEqual([1, 2, 3, 4, 5, 1]);
  });

  it('never waits longer than SQS can hide a message', () => {
    const longest = Math.max(...pausesAfter('login-refused'), ...pausesAfter('timeout'));

    expect(longest).toBeLessThan(12 * hourSeconds);
  });

  it.each([
    [1, 1],
    [90_500, 91],
    [15 * 60_000, 900],
    [24 * 3_600_000, 2400],
  ])('waits for a circuit that is open for %i ms more for %i s', (waitMs, seconds) => {
    expect(whileCircuitOpen(waitMs)).toBe(seconds);
  });

  it('of a refused login is not tried more than twice an hour', () => {
    const pauses = pausesAfter('login-refused');

    expect(Math.min(...pauses)).toBeGreaterThan(hourSeconds / 2);
  });
});
