import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { createAuthority } from '../../../../testing/certificates.ts';
import type { FtpsServerOptions } from '../../../../testing/ftps-server/options.ts';
import { type FtpsServer, startFtpsServer } from '../../../../testing/ftps-server/server.ts';
import { FolderTree } from '../../../../testing/ftps-server/tree/folder-tree.ts';
import { partnerAt, testPassword, testUser } from '../../../support/partner/test-partner.ts';
import { realPartner } from '../../../support/real-partner/real-partner.ts';
import type { AvailableServer } from '../../../support/real-servers/available-servers.ts';
import type { SpreadServer } from './long-upload-fixture.ts';

/** A real server on a folder with the directory `in`, stopped after the test. */
export async function startReal(
  program: AvailableServer,
  settings: readonly string[] = [],
): Promise<SpreadServer> {
  const server = await program.start({ security: 'explicit', settings });
  onTestFinished(() => server.close());
  const folder = join(server.root, 'in');
  await mkdir(folder);
  await chown(folder, server.owner.uid, server.owner.gid);
  const { document } = realPartner(server, { maxConnections: 1, direction: 'push' });
  const { user, password, root } = server;
  return { connection: connectionIn(document), login: { user, password }, root };
}

/** The embedded server on such a folder, stopped after the test. */
export async function startEmbedded(
  features: FtpsServerOptions['features'] = {},
): Promise<SpreadServer & { readonly server: FtpsServer }> {
  const root = await mkdtemp(join(tmpdir(), 'spread-'));
  await chmod(root, 0o755);
  await mkdir(join(root, 'in'));
  const authority = await createAuthority('spread');
  const server = await startFtpsServer({
    certificate: await authority.issue({ names: ['127.0.0.1'] }),
    files: new FolderTree(root),
    users: { [testUser]: testPassword },
    features,
  });
  onTestFinished(async () => {
    await server.close();
    await rm(root, { recursive: true });
  });
  const { document } = partnerAt(server.port, 'acme', { tls: { ca: authority.certificatePem } });
  return {
    connection: connectionIn(document),
    login: { user: testUser, password: testPassword },
    root,
    server,
  };
}

function connectionIn(document: object): object {
  return z.object({ connection: z.looseObject({}) }).parse(document).connection;
}
