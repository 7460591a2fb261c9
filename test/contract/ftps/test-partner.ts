import { createHash } from 'node:crypto';
import type { Connection, Credentials } from '../../../lambdas/contract/connection.ts';
import type { ByteSink } from '../../../lambdas/ftps/download.ts';
import { openSession, type SessionOptions } from '../../../lambdas/ftps/open-session.ts';
import type { Session } from '../../../lambdas/ftps/session.ts';
import type { Timeouts } from '../../../lambdas/ftps/timeouts.ts';
import type { IssuedCertificate } from '../../support/certificates.ts';

/** A server under test, and the ways to put things on it from outside. */
export interface TestPartner extends AsyncDisposable {
  readonly settings: Connection;
  readonly credentials: Credentials;
  /** Directories above are made. A Buffer is the path's exact bytes. */
  putFile(path: string | Buffer, content: Buffer | string, access?: 'unreadable'): Promise<void>;
  /**
   * `locked`: it may not be entered. `unlistable`: it may, but what is in it is not told. `read-only`: nothing can be made
   * in it.
   */
  putDirectory(path: string, access?: 'locked' | 'unlistable' | 'read-only'): Promise<void>;
  putLink(path: string, target: string): Promise<void>;
  /** The bytes of a file, as an upload left them. Rejects where there is none. */
  readFile(path: string): Promise<Buffer>;
}

export interface PartnerOptions {
  /** What the server shows; for 127.0.0.1 and localhost unless told. */
  readonly certificate?: IssuedCertificate | undefined;
  /** PEM of the authority that client certificates must come from. */
  readonly requireClientCertificate?: string | undefined;
  readonly maxConnections?: number | undefined;
}

/** For a test that proves a timeout, and so has to wait for it. */
export const shortTimeouts: Partial<Timeouts> = {
  idleMs: 300,
  finalReplyMs: 300,
  explanationMs: 150,
  replyMs: 2_000,
};

export type StartPartner = (options: PartnerOptions) => Promise<TestPartner>;

/** Settings with what a server leaves to the client. */
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

/** The same partner, reached with other TLS rules. */
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

/** Counts and hashes what it is given. */
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

/** Bytes that do not repeat, the same for the same size. */
export function distinctBytes(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let index = 0, state = 1; index < sizeBytes; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
}
