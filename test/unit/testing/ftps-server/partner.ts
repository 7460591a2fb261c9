import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { type AccessOptions, Client } from 'basic-ftp';
import { type Authority, createAuthority, type IssuedCertificate } from '../../../../testing/certificates.ts';
import type { FtpsServerOptions } from '../../../../testing/ftps-server/options.ts';
import { type FtpsServer, startFtpsServer } from '../../../../testing/ftps-server/server.ts';
import { MemoryTree } from '../../../../testing/ftps-server/tree/memory-tree.ts';

export interface Identity {
  readonly authority: Authority;
  readonly certificate: IssuedCertificate;
}

/** An authority and a server certificate for 127.0.0.1 and localhost. */
export async function createIdentity(): Promise<Identity> {
  const authority = await createAuthority('Test authority');
  return { authority, certificate: await authority.issue({ names: ['localhost', '127.0.0.1'] }) };
}

/** A server for the user `ann` with the password `s3cret`, and the tree that it serves. */
export async function startPartner(
  identity: Identity,
  options: Partial<FtpsServerOptions> = {},
): Promise<{ server: FtpsServer; tree: MemoryTree }> {
  const tree = new MemoryTree();
  const { certificate } = identity;
  const server = await startFtpsServer({ certificate, users: { ann: 's3cret' }, files: tree, ...options });
  return { server, tree };
}

export interface ClientOptions {
  readonly secure?: true | 'implicit';
  readonly password?: string;
  readonly tls?: AccessOptions['secureOptions'];
  readonly timeoutMs?: number;
}

/** A logged-in basic-ftp client, closed with `await using`. */
export async function connect(
  server: FtpsServer,
  identity: Identity,
  { secure = true, password = 's3cret', tls = {}, timeoutMs = 5000 }: ClientOptions = {},
): Promise<Client & Disposable> {
  const client = Object.assign(new Client(timeoutMs), { [Symbol.dispose]: () => client.close() });
  try {
    await client.access({
      host: server.host,
      port: server.port,
      user: 'ann',
      password,
      secure,
      secureOptions: { ca: identity.authority.certificatePem, ...tls },
    });
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Downloads without storing. Returns the byte count and the SHA-256. */
export async function download(client: Client, path: string, startAt = 0) {
  const hash = createHash('sha256');
  let bytes = 0;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done();
    },
  });
  await client.downloadTo(sink, path, startAt);
  return { bytes, sha256: hash.digest('hex') };
}
