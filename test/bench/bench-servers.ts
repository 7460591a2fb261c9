import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../testing/certificates.ts';
import { startFtpsServer } from '../../testing/ftps-server/server.ts';
import { FolderTree } from '../../testing/ftps-server/tree/folder-tree.ts';
import type { ReachedServer } from '../support/real-partner/real-partner.ts';
import { availableServers } from '../support/real-servers/available-servers.ts';
import { type Owner, servedOwner } from '../support/real-servers/real-server.ts';

/** A running server, with everything a client needs to connect to it. */
export interface BenchServer extends ReachedServer, AsyncDisposable {
  readonly version: string;
}

export interface BenchServers {
  readonly servers: readonly { readonly name: string; start(root: string): Promise<BenchServer> }[];
  /** Servers that cannot run on this machine, and how to enable them. */
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
}

/** The real servers of this machine, over explicit TLS; the embedded server if there is none. */
export async function benchServers(): Promise<BenchServers> {
  const { ready, absent } = await availableServers();
  const servers = ready.map(({ name, start }) => ({
    name,
    start: (root: string) => start({ security: 'explicit', root }),
  }));
  return { servers: servers.length > 0 ? servers : [embedded], absent };
}

const embedded = {
  name: 'embedded',
  async start(root: string): Promise<BenchServer> {
    const authority = await createAuthority('ftps-sync benchmarks');
    const certificate = await authority.issue({ names: ['127.0.0.1'] });
    const [user, password] = ['partner', 'benchmark'];
    const server = await startFtpsServer({
      certificate,
      files: new FolderTree(root),
      users: { [user]: password },
    });
    return {
      name: 'embedded',
      version: process.version,
      port: server.port,
      security: 'explicit',
      user,
      password,
      authorityPem: authority.certificatePem,
      [Symbol.asyncDispose]: () => server.close(),
    };
  },
};

/** A new folder that every server has permission to serve. */
export async function newServedFolder(): Promise<{ readonly root: string; readonly owner: Owner }> {
  const root = await mkdtemp(join(tmpdir(), 'ftps-sync-bench-files-'));
  await chmod(root, 0o755);
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  return { root, owner: uid === 0 ? servedOwner : { uid, gid } };
}
