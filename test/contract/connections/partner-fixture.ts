import { onTestFinished } from 'vitest';
import type { ConnectionDependencies } from '../../../lambdas/connections/connection-dependencies.ts';
import { openPool } from '../../../lambdas/connections/open-pool.ts';
import { PartnerConnections } from '../../../lambdas/connections/partner-connections.ts';
import type { CircuitOpened } from '../../../lambdas/contract/events/event.ts';
import type { PartnerId } from '../../../lambdas/contract/ids.ts';
import { type PartnerFile, partnerFileSchema } from '../../../lambdas/contract/partner-file/partner-file.ts';
import type { Pool } from '../../../lambdas/ftps/session/pool.ts';
import type { Table } from '../../../lambdas/ledger/table.ts';
import type { PartnerOptions } from '../../../testing/start-partner.ts';
import { startTestPartner, type TestPartner, testPassword } from '../../support/partner/test-partner.ts';
import { connectionDependencies, noPartnerEvents } from '../../support/test-connections.ts';

let partners = 0;

/**
 * A partner whose clock and secret the test can change, and whose connection budget several workers share.
 */
export class PartnerFixture {
  readonly server: TestPartner['server'];
  readonly file: PartnerFile;
  readonly #table: () => Table;
  password = testPassword;
  /** How far the workers' clock is ahead. */
  aheadMs = 0;
  readonly published: Omit<CircuitOpened, 'stage'>[] = [];

  private constructor(table: () => Table, { server }: TestPartner, file: PartnerFile) {
    this.#table = table;
    this.server = server;
    this.file = file;
  }

  static async start(
    table: () => Table,
    maxConnections: number,
    server: PartnerOptions = {},
  ): Promise<PartnerFixture> {
    partners += 1;
    const partner = await startTestPartner(`partner-${partners}`, { connection: { maxConnections }, server });
    return new PartnerFixture(table, partner, partnerFileSchema.parse(partner.document));
  }

  get name(): PartnerId {
    return this.file.partner;
  }

  get table(): Table {
    return this.#table();
  }

  readonly now = () => new Date(Date.now() + this.aheadMs);

  /** How many logins the server has seen. */
  get logins(): number {
    return this.server.log.filter(({ command }) => command === 'PASS').length;
  }

  dependencies(changes: Partial<ConnectionDependencies> = {}): ConnectionDependencies {
    const none = { clientCertificate: undefined, clientKey: undefined, clientKeyPassphrase: undefined };
    return connectionDependencies(
      this.table,
      { user: 'ann', password: this.password },
      {
        now: this.now,
        readCredentials: async () => ({
          credentials: { user: 'ann', password: this.password, ...none },
          versionId: `version of ${this.password.length} letters`,
        }),
        partnerEvents: {
          ...noPartnerEvents,
          circuitOpened: async (detail) => void this.published.push(detail),
        },
        ...changes,
      },
    );
  }

  /** The connections of a worker; closed at the end of the test. */
  worker(changes: Partial<ConnectionDependencies> = {}): PartnerConnections {
    const connections = new PartnerConnections(this.file, this.dependencies(changes));
    onTestFinished(() => connections[Symbol.asyncDispose]());
    return connections;
  }

  /** The pool of a worker; closed at the end of the test. */
  pool(changes: Partial<ConnectionDependencies> = {}): Pool {
    const pool = openPool(this.file, this.dependencies(changes));
    onTestFinished(() => pool.close());
    return pool;
  }
}

export const never = new AbortController().signal;
