import { progressSeconds, slotRenewalSeconds } from './product-facts.ts';
import type { Usage } from './usage.ts';

/**
 * What invocations that open sessions ask of the ledger beside their work: the lease, progress, and the connection budget
 * (lambdas/connections). Each of them reads the secret.
 * @param work `seconds` of all invocations together.
 */
export function sessionUsage(work: {
  readonly calls: number;
  readonly seconds: number;
  /** Of one invocation. */
  readonly sessions: number;
}): Usage {
  const { calls, seconds, sessions } = work;
  const renewals = seconds / slotRenewalSeconds;
  return {
    'secrets.call': calls,
    // The lease, the first progress and the last; each slot is taken, renewed and given back.
    'dynamodb.write': calls * (3 + 2 * sessions) + seconds / progressSeconds + renewals * sessions,
    // Before a session: the slots, the limit in use, the circuit. At a renewal: whether somebody waits.
    'dynamodb.read': calls * (1 + 3 * sessions) + renewals,
  };
}
