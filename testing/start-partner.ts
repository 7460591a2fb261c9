import { createAuthority, type IssuedCertificate } from './certificates.ts';
import type { FtpsServerOptions } from './ftps-server/options.ts';
import { type FtpsServer, startFtpsServer } from './ftps-server/server.ts';
import type { FileTree } from './ftps-server/tree/file-tree.ts';
import { MemoryTree } from './ftps-server/tree/memory-tree.ts';

/** How to start a partner: the options of its server, all of which have a default. */
export interface PartnerOptions extends Omit<Partial<FtpsServerOptions>, 'certificate'> {
  /** Default: a valid one of a new authority, for 127.0.0.1. */
  readonly certificate?: IssuedCertificate;
}

/** A running FTPS server with its files, and what a client needs to connect to it. */
export interface Partner<Files extends FileTree = MemoryTree> extends AsyncDisposable {
  /** To inject faults, and to see what the client did. */
  readonly server: FtpsServer;
  /** The files that it serves. */
  readonly files: Files;
  /**
   * The `connection` of a partner file for this server, except for the name of the secret. `tls.ca` is the
   * authority of the certificate, so clients verify the server as in production.
   */
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly security: 'explicit' | 'implicit';
    readonly tls: { readonly ca: string };
  };
  /** The secret of a partner file: the first of the users. */
  readonly login: { readonly user: string; readonly password: string };
  /** The server's certificate, to start it again with. */
  readonly certificate: IssuedCertificate;
  /** Stops the server and drops every connection. The files stay. */
  close(): Promise<void>;
}

/**
 * Starts an FTPS server on a free port of 127.0.0.1, with a certificate of its own and one user. It behaves
 * correctly until `server.fault` is called. Rejects where it cannot listen.
 *
 * @example
 * await using partner = await startPartner({ maxConnections: 2 });
 * partner.files.put('/outgoing/a.csv', { content: 'a' });
 * partner.server.fault({ on: 'RETR', times: 1, do: { kind: 'stall-data', afterBytes: 0 } });
 */
export function startPartner(options?: Omit<PartnerOptions, 'files'>): Promise<Partner>;
/** The same with files of your own, for example a `FolderTree` on disk. */
export function startPartner<Files extends FileTree>(
  options: PartnerOptions & { readonly files: Files },
): Promise<Partner<Files>>;
export async function startPartner(options: PartnerOptions = {}): Promise<Partner<FileTree>> {
  const { files = new MemoryTree(), users = { partner: 'correct-horse-battery' } } = options;
  const certificate = options.certificate ?? (await issueCertificate());
  const server = await startFtpsServer({ ...options, files, users, certificate });
  const [user = '', password = ''] = Object.entries(users)[0] ?? [];
  const close = () => server.close();
  return {
    server,
    files,
    connection: {
      host: server.host,
      port: server.port,
      security: options.mode ?? 'explicit',
      tls: { ca: certificate.chain.slice(certificate.certificatePem.length) },
    },
    login: { user, password },
    certificate,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function issueCertificate(): Promise<IssuedCertificate> {
  const authority = await createAuthority('Test partner authority');
  return authority.issue({ names: ['127.0.0.1'] });
}
