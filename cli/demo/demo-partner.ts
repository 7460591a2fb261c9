import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from '../../test/support/certificates.ts';
import type { MemoryTree } from '../../test/support/ftps-server/memory-tree.ts';
import { type FtpsServer, startFtpsServer } from '../../test/support/ftps-server/server.ts';

/** What the demo's partner is called. */
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
 * Starts an FTPS server that serves the tree, with a certificate of a private authority, and writes the partner file that
 * trusts this authority alone: the demo verifies certificates as production does.
 */
export async function startDemoPartner(tree: MemoryTree, folder: string): Promise<[FtpsServer, DemoFolders]> {
  const authority = await createAuthority('Acme Partner Authority');
  const certificate = await authority.issue({ names: ['127.0.0.1'] });
  const server = await startFtpsServer({
    certificate,
    files: tree,
    users: { [user]: password },
    maxConnections: 8,
  });
  const partners = join(folder, 'partners');
  const secretsFile = join(folder, 'secrets.json');
  await mkdir(partners, { recursive: true });
  await writeFile(join(partners, 'acme-ca.pem'), authority.certificatePem);
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
