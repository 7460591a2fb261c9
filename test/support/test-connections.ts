import type { ConnectionSystems } from '../../lambdas/connections/connection-systems.ts';
import type { TellOfServer } from '../../lambdas/connections/tell-of-server.ts';
import type { Credentials } from '../../lambdas/contract/connection.ts';
import type { Table } from '../../lambdas/ledger/table.ts';

/** What opening sessions needs, for a test with a table: credentials that stay, and an invocation that has just begun and never ends. */
export function connectionSystems(
  table: Table,
  credentials: Pick<Credentials, 'user' | 'password'>,
  changes: Partial<ConnectionSystems> = {},
): ConnectionSystems {
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
    tellCircuitOpened: async () => undefined,
    ...changes,
  };
}

/** The time of an invocation that does not pass. */
export function endless(signal = new AbortController().signal): ConnectionSystems['deadline'] {
  return { remainingMs: () => 900_000, totalMs: 900_000, signal };
}

/** For a test in which nobody wants to know what was noticed of a server. */
export const tellNobody: TellOfServer = {
  certificateExpiring: async () => undefined,
  changed: async () => undefined,
};
