import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FtpsServer } from '../../testing/ftps-server/server.ts';
import type { MemoryTree } from '../../testing/ftps-server/tree/memory-tree.ts';
import { startPartner } from '../../testing/start-partner.ts';

/** The ID of the demo's partner. */
export const demoPartner = 'acme';

/** Where the demo keeps its partner file, its secret and the partner's certificate authority. */
export interface DemoFolders {
  readonly partners: string;
  readonly secretsFile: string;
}

const user = 'ftps-sync';
const password = 'demo-password';
const secret = 'ftps-sync/acme';

/**
 * Starts an FTPS server for the tree with a certificate of a private authority, and writes a partner file
 * that trusts only this authority: the demo verifies certificates as production does. The caller closes the
 * server.
 */
export async function startDemoPartner(tree: MemoryTree, folder: string): Promise<[FtpsServer, DemoFolders]> {
  const users = { [user]: password };
  const { server, connection } = await startPartner({ files: tree, users, maxConnections: 8 });
  const partners = join(folder, 'partners');
  const secretsFile = join(folder, 'secrets.json');
  await mkdir(partners, { recursive: true });
  await writeFile(join(partners, 'acme-ca.pem'), connection.tls.ca);
  await writeFile(join(partners, `${demoPartner}.yaml`), partnerFile(server.port));
  await writeFile(secretsFile, JSON.stringify({ [secret]: { user, password } }), { mode: 0o600 });
  return [server, { partners, secretsFile }];
}

function partnerFile(port: number): string {
  return `partner: ${demoPartner}
connection:
  host: 127.0.0.1
  port: ${port}
  security: explicit
  secret: ${secret}
  tls: { minVersion: TLSv1.2, ca: acme-ca.pem }
  maxConnections: 4
flows:
  - name: invoices
    direction: pull
    remote: /outgoing/invoices
    prefix: acme/invoices/
    schedule: { cron: '15 2 * * ? *', timeZone: Europe/Rome }
    include: ['**/*.csv']
    exclude: ['**/drafts/**']
    settled: { minAge: 2m }
  - name: settlements
    direction: pull
    remote: /outgoing/settlements
    prefix: acme/settlements/
    schedule: { cron: '45 2 * * ? *', timeZone: Europe/Rome }
    settled: { minAge: 2m, doneFile: '{name}.done' }
  - name: orders
    direction: push
    prefix: acme/orders/
    remote: /incoming/orders
    trigger: [event]
    overwrite: replace
    doneFile: '{name}.done'
`;
}
