import { progressSeconds, slotRenewalSeconds } from './product-facts.ts';
import type { Usage } from './usage.ts';

/**
 * What invocations with sessions use in addition to their work: the lease, progress, the connection budget
 * (lambdas/connections), and the secret.
 */
export function sessionUsage(work: {
  readonly calls: number;
  /** Of all invocations together. */
  readonly seconds: number;
  /** Of one invocation. */
  readonly sessions: number;
}): Usage {
  const { calls, seconds, sessions } = work;
  const renewals = seconds / slotRenewalSeconds;
  return {
    'secrets.call': calls,
    // The lease, the first and the last progress; each slot is acquired, renewed and released.
    'dynamodb.write': calls * (3 + 2 * sessions) + seconds / progressSeconds + renewals * sessions,
    // Before a session: the slots, the current limit, the circuit. At a renewal: whether another flow waits.
    'dynamodb.read': calls * (1 + 3 * sessions) + renewals,
  };
}
