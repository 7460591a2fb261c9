import type { ConnectionDependencies } from '../../lambdas/connections/connection-dependencies.ts';
import type { PartnerEvents } from '../../lambdas/connections/partner-events.ts';
import type { Credentials } from '../../lambdas/contract/partner-file/connection.ts';
import type { Table } from '../../lambdas/ledger/table.ts';

/**
 * What opening sessions needs, for a test with a table: credentials that stay, and an invocation that has
 * just begun and never ends.
 */
export function connectionDependencies(
  table: Table,
  credentials: Pick<Credentials, 'user' | 'password'>,
  changes: Partial<ConnectionDependencies> = {},
): ConnectionDependencies {
  const none = { clientCertificate: undefined, clientKey: undefined, clientKeyPassphrase: undefined };
  return {
    table,
    now: () => new Date(),
    // A password is its own version here: another one is another version.
    readCredentials: async () => ({
      credentials: { ...credentials, ...none },
      versionId: credentials.password,
    }),
    deadline: endless(),
    partnerEvents: noPartnerEvents,
    ...changes,
  };
}

/** The time of an invocation that does not pass. */
export function endless(signal = new AbortController().signal): ConnectionDependencies['deadline'] {
  return { remainingMs: () => 900_000, totalMs: 900_000, signal };
}

/** For a test that does not look at the events of a partner. */
export const noPartnerEvents: PartnerEvents = {
  circuitOpened: async () => undefined,
  certificateExpiring: async () => undefined,
  changed: async () => undefined,
};
