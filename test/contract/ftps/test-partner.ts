import { createHash } from 'node:crypto';
import type { Connection, Credentials } from '../../../lambdas/contract/partner-file/connection.ts';
import type { FtpsErrorKind } from '../../../lambdas/core/connection/ftps-error-kind.ts';
import { openSession, type SessionOptions } from '../../../lambdas/ftps/session/open-session.ts';
import type { Session } from '../../../lambdas/ftps/session/session.ts';
import type { Timeouts } from '../../../lambdas/ftps/session/timeouts.ts';
import type { ByteSink } from '../../../lambdas/ftps/transfer/download.ts';
import type { IssuedCertificate } from '../../../testing/certificates.ts';

/** A server under test, and methods to put files on it from outside. */
export interface TestPartner extends AsyncDisposable {
  readonly settings: Connection;
  readonly credentials: Credentials;
  /** Creates missing parents. A Buffer is the path's exact bytes. */
  putFile(path: string | Buffer, content: Buffer | string, access?: 'unreadable'): Promise<void>;
  /**
   * `locked`: cannot be entered. `unlistable`: can be entered, not listed. `read-only`: nothing can be
   * created.
   */
  putDirectory(path: string, access?: 'locked' | 'unlistable' | 'read-only'): Promise<void>;
  putLink(path: string, target: string): Promise<void>;
  /** The bytes of a file. Rejects where it does not exist. */
  readFile(path: string): Promise<Buffer>;
}

export interface PartnerOptions {
  /** The server's certificate. Default: one for 127.0.0.1 and localhost. */
  readonly certificate?: IssuedCertificate | undefined;
  /** PEM of the authority that must have issued client certificates. */
  readonly requireClientCertificate?: string | undefined;
  readonly maxConnections?: number | undefined;
}

/** For a test that expects a timeout, and waits for it. */
export const shortTimeouts: Partial<Timeouts> = {
  idleMs: 300,
  finalReplyMs: 300,
  explanationMs: 150,
  replyMs: 2_000,
};

/**
 * Short timeouts for a test that expects a timeout. Otherwise those of the product, so that a slow machine
 * cannot cause one; only `explanationMs` is shorter, for data connections that fail without a reply.
 */
export function timeoutsFor(expected: FtpsErrorKind | 'none'): Partial<Timeouts> {
  return expected === 'timeout' ? shortTimeouts : { explanationMs: 1_000 };
}

export type StartPartner = (options: PartnerOptions) => Promise<TestPartner>;

/** Connection settings for a server, with defaults. */
export function connectionTo(server: {
  readonly host: string;
  readonly port: number;
  readonly security: 'explicit' | 'implicit';
  readonly authorityPem: string;
}): Connection {
  const { host, port, security, authorityPem } = server;
  return {
    host,
    port,
    security,
    tls: { minVersion: 'TLSv1.2', ca: authorityPem, serverName: undefined, fingerprints: [] },
    maxConnections: 4,
    timeZone: 'auto',
    timeZoneOf: 'list',
    listing: 'auto',
    encoding: 'auto',
  };
}

export function credentialsOf(user: string, password: string): Credentials {
  return {
    user,
    password,
    clientCertificate: undefined,
    clientKey: undefined,
    clientKeyPassphrase: undefined,
  };
}

/** The same partner with other TLS settings. */
export function withTls(partner: TestPartner, tls: Partial<Connection['tls']>): TestPartner {
  return { ...partner, settings: { ...partner.settings, tls: { ...partner.settings.tls, ...tls } } };
}

/** A session closed with `await using`. */
export async function openTo(
  partner: Pick<TestPartner, 'settings' | 'credentials'>,
  options: SessionOptions = {},
): Promise<Session & AsyncDisposable> {
  const session = await openSession(partner.settings, partner.credentials, options);
  return Object.assign(session, { [Symbol.asyncDispose]: () => session.close() });
}

/** Counts and hashes the bytes it receives. */
export class HashingSink implements ByteSink {
  readonly #hash = createHash('sha256');
  bytes = 0;

  readonly write = (chunk: Buffer): undefined => {
    this.bytes += chunk.length;
    this.#hash.update(chunk);
    return undefined;
  };

  get sha256(): string {
    return this.#hash.copy().digest('hex');
  }
}

export function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Bytes that do not repeat; the same for the same size. */
export function distinctBytes(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let index = 0, state = 1; index < sizeBytes; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
}
