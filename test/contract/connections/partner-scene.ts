import { onTestFinished } from 'vitest';
import type { ConnectionSystems } from '../../../lambdas/connections/connection-systems.ts';
import { openPool } from '../../../lambdas/connections/open-pool.ts';
import { PartnerConnections } from '../../../lambdas/connections/partner-connections.ts';
import type { PartnerId } from '../../../lambdas/contract/ids.ts';
import { type PartnerFile, partnerFileSchema } from '../../../lambdas/contract/partner-file.ts';
import type { Pool } from '../../../lambdas/ftps/pool.ts';
import type { Table } from '../../../lambdas/ledger/table.ts';
import type { FtpsServerOptions } from '../../support/ftps-server/options.ts';
import { startTestPartner, type TestPartner, testPassword } from '../../support/stage/test-partner.ts';
import { connectionSystems } from '../../support/test-connections.ts';

let scenes = 0;

/** A partner that allows some connections, with a clock and a secret that the test changes; several workers share its budget. */
export class PartnerScene {
  readonly server: TestPartner['server'];
  readonly file: PartnerFile;
  readonly #table: () => Table;
  password = testPassword;
  /** How far the clock of the workers is ahead of the machine's. */
  aheadMs = 0;
  readonly told: Parameters<ConnectionSystems['tellCircuitOpened']>[0][] = [];

  private constructor(table: () => Table, { server }: TestPartner, file: PartnerFile) {
    this.#table = table;
    this.server = server;
    this.file = file;
  }

  static async start(
    table: () => Table,
    maxConnections: number,
    server: Partial<FtpsServerOptions> = {},
  ): Promise<PartnerScene> {
    scenes += 1;
    const partner = await startTestPartner(`partner-${scenes}`, { connection: { maxConnections }, server });
    return new PartnerScene(table, partner, partnerFileSchema.parse(partner.document));
  }

  get name(): PartnerId {
    return this.file.partner;
  }

  get table(): Table {
    return this.#table();
  }

  readonly now = () => new Date(Date.now() + this.aheadMs);

  /** How often the server was asked for a login. */
  get logins(): number {
    return this.server.log.filter(({ command }) => command === 'PASS').length;
  }

  systems(changes: Partial<ConnectionSystems> = {}): ConnectionSystems {
    const none = { clientCertificate: undefined, clientKey: undefined, clientKeyPassphrase: undefined };
    return connectionSystems(
      this.table,
      { user: 'ann', password: this.password },
      {
        now: this.now,
        readCredentials: async () => ({
          credentials: { user: 'ann', password: this.password, ...none },
          versionId: `version of ${this.password.length} letters`,
        }),
        tellCircuitOpened: async (opened) => void this.told.push(opened),
        ...changes,
      },
    );
  }

  /** A worker's connections, given back with the test. */
  worker(changes: Partial<ConnectionSystems> = {}): PartnerConnections {
    const connections = new PartnerConnections(this.file, this.systems(changes));
    onTestFinished(() => connections[Symbol.asyncDispose]());
    return connections;
  }

  /** A worker's pool, closed with the test. */
  pool(changes: Partial<ConnectionSystems> = {}): Pool {
    const pool = openPool(this.file, this.systems(changes));
    onTestFinished(() => pool.close());
    return pool;
  }
}

export const never = new AbortController().signal;
