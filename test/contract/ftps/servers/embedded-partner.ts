import { afterAll, afterEach } from 'vitest';
import { createAuthority } from '../../../../testing/certificates.ts';
import type { FtpsServerOptions } from '../../../../testing/ftps-server/options.ts';
import { type FtpsServer, startFtpsServer } from '../../../../testing/ftps-server/server.ts';
import { MemoryTree } from '../../../../testing/ftps-server/tree/memory-tree.ts';
import { connectionTo, credentialsOf, type PartnerOptions, type TestPartner } from '../test-partner.ts';

export interface EmbeddedPartner extends TestPartner {
  readonly server: FtpsServer;
  readonly tree: MemoryTree;
}

type EmbeddedOptions = PartnerOptions & Omit<Partial<FtpsServerOptions>, keyof PartnerOptions>;

/** The scriptable server, for behaviour that real servers cannot be made to show. */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<EmbeddedPartner> {
  const tree = new MemoryTree();
  const certificate =
    options.certificate ??
    (await (await createAuthority('embedded')).issue({ names: ['localhost', '127.0.0.1'] }));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const server = await startFtpsServer({ users: { ann: 's3cret' }, files: tree, ...given, certificate });
  const authorityPem = certificate.chain.slice(certificate.certificatePem.length);
  const security = options.mode ?? 'explicit';
  const close = () => server.close();
  return {
    server,
    tree,
    settings: connectionTo({ host: server.host, port: server.port, security, authorityPem }),
    credentials: credentialsOf('ann', 's3cret'),
    async putFile(path, content, access) {
      tree.put(path, { content, unreadable: access === 'unreadable' });
    },
    async putDirectory(path, access) {
      const unreadable = access === 'locked' || access === 'unlistable';
      tree.putDirectory(path, { unreadable, readOnly: access === 'read-only' });
    },
    async putLink(path, target) {
      tree.putLink(path, { target });
    },
    async readFile(path) {
      return tree.bytesOf(path);
    },
    [Symbol.asyncDispose]: close,
  };
}

/**
 * A partner for all tests of a file. Its faults are cleared after each test, and it closes after the last.
 */
export async function useEmbedded(): Promise<EmbeddedPartner> {
  const partner = await startEmbedded();
  afterEach(() => partner.server.clearFaults());
  afterAll(() => partner[Symbol.asyncDispose]());
  return partner;
}
