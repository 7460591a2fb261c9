import { lookup } from 'node:dns/promises';
import { isIP, Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import type { Connection, Credentials } from '../../contract/partner-file/connection.ts';
import type { TlsFacts } from '../../core/doctor/certificate.ts';
import { classifySocketError, errorAnswer } from '../control/classify-error.ts';
import { Control } from '../control/control.ts';
import { isAnchored, keepPresented, peerCertificates } from '../control/peer-certificates.ts';
import type { Reply } from '../control/reply.ts';
import { tlsErrorFacts } from '../control/tls-failure.ts';
import { FtpsError, type FtpsErrorFacts } from '../ftps-error.ts';
import { expectWelcome } from '../session/connect.ts';
import { greetingOrImplicit } from '../session/other-security.ts';
import { explainPlaintext } from '../session/plaintext-greeting.ts';
import { requestTls } from '../session/request-tls.ts';
import { defaultTimeouts, partnerTimeouts } from '../session/timeouts.ts';
import { tlsOptions, tlsTrust } from '../session/tls-options.ts';

/** For each step. Half of a session's default `loginMs`: a person waits for the result. */
const defaultStepMs = 15_000;

/** `any-version`: also the TLS versions that a session would refuse. */
type TlsVersions = 'ours' | 'any-version';

type Server = Pick<Connection, 'host' | 'port'>;

/** The addresses of the host, as the local network resolves it. @throws FtpsError `host-not-found`. */
export async function resolveHost({ host, port }: Server): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    const kind = classifySocketError(cause, 'opening');
    const target = `${host}:${port}`;
    throw new FtpsError({ kind, attempt: 'resolving', target, answer: errorAnswer(cause), cause });
  }
}

/**
 * A connection that is opened in up to four steps to examine the server, and closed again. The certificate is
 * read whether or not it is trusted. Therefore nothing is sent but AUTH TLS: no user, no password and no
 * client certificate.
 */
export class ProbedConnection implements Disposable {
  readonly #settings: Connection;
  readonly #signal: AbortSignal;
  readonly #versions: TlsVersions;
  readonly #control: Control;
  readonly #stepMs: number;
  #plain: Socket | undefined;
  #secure: TLSSocket | undefined;

  constructor(settings: Connection, signal: AbortSignal, versions: TlsVersions = 'ours') {
    this.#settings = settings;
    this.#signal = signal;
    this.#versions = versions;
    const target = `${settings.host}:${settings.port}`;
    this.#stepMs = partnerTimeouts(settings).loginMs ?? defaultStepMs;
    this.#control = new Control({
      target,
      replyMs: this.#stepMs,
      unfinishedMs: defaultTimeouts.unfinishedMs,
      trace: undefined,
      secretForms: [],
    });
  }

  /**
   * Opens the TCP connection.
   * @returns the address that answered.
   * @throws FtpsError by the socket's error.
   */
  async connect(): Promise<string> {
    const { host, port } = this.#settings;
    const socket = new Socket().connect({ host, port });
    this.#plain = socket;
    await this.#waitUntilOpen(socket, { event: 'connect', attempt: 'connecting to' });
    return socket.remoteAddress ?? host;
  }

  /**
   * The greeting. Call it before {@link secure} with explicit TLS, after it with implicit TLS.
   * @throws FtpsError `too-many-connections`, `unavailable`, `timeout` or `connection-lost`.
   */
  async greet(): Promise<Reply> {
    const socket = this.#settings.security === 'explicit' ? this.#plain : this.#secure;
    if (socket === undefined) throw new Error('the connection must be open before the greeting');
    this.#control.adopt(socket);
    const { greetingMs } = defaultTimeouts;
    const greeting =
      socket === this.#plain
        ? greetingOrImplicit(this.#control, this.#settings, { greetingMs, signal: this.#signal })
        : this.#control.greeting();
    const reply = await this.#withTimeout('waiting for the greeting of', greeting);
    expectWelcome(this.#control.target, reply);
    return reply;
  }

  /**
   * Sends AUTH TLS where TLS is explicit, and performs the handshake with any certificate.
   * @throws FtpsError `not-ftps`, `tls-refused`, `client-certificate-refused` and those of a connection;
   * `certificate-refused` where `tls.ca` cannot be parsed.
   */
  async secure(): Promise<TlsFacts> {
    const plain = this.#plain;
    if (plain === undefined) throw new Error('the connection must be open before its TLS');
    const { security, tls, host } = this.#settings;
    const command = security === 'explicit' ? await requestTls(this.#control) : undefined;
    const receivedBefore = plain.bytesRead;
    const secure = connectTls({ ...probeTlsOptions(this.#settings, this.#versions), socket: plain });
    keepPresented(secure);
    this.#secure = secure;
    // Whether the secret has a client certificate is not known here.
    const trust = { ...tlsTrust(this.#settings, noCredentials), hasClientCertificate: undefined };
    const toFacts = (cause: Error) => {
      const receivedBytes = plain.bytesRead - receivedBefore;
      return tlsErrorFacts(cause, { socket: secure, trust, receivedBytes, phase: 'opening' });
    };
    const attempt = 'securing the connection to';
    try {
      await this.#waitUntilOpen(secure, { event: 'secureConnect', attempt, toFacts });
    } catch (error) {
      throw security === 'implicit' ? await explainPlaintext(error, this.#settings) : error;
    }
    return {
      command,
      version: secure.getProtocol() ?? 'unknown',
      cipher: secure.getCipher().standardName,
      chain: peerCertificates(secure),
      untrusted: secure.authorized ? undefined : String(secure.authorizationError),
      isAuthorityKnown: secure.authorized || isAnchored(secure, tls.ca),
      nameError: checkServerIdentity(tls.serverName ?? host, secure.getPeerCertificate())?.message,
    };
  }

  [Symbol.dispose](): void {
    this.#secure?.destroy();
    this.#plain?.destroy();
    const answer = 'the probe is complete';
    this.#control.drop(this.#error({ kind: 'connection-lost', attempt: 'probing', answer }));
  }

  async #waitUntilOpen(
    socket: Socket,
    { event, attempt, toFacts = tcpErrorFacts }: ProbeStep,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (cause: Error) => {
      reject(this.#error({ ...toFacts(cause), attempt, cause }));
    };
    const close = () => fail(new Error('the server closed the connection early'));
    socket.once(event, resolve).once('error', fail).once('close', close);
    try {
      await this.#withTimeout(attempt, promise);
    } finally {
      socket.off(event, resolve).off('close', close);
      socket.off('error', fail).on('error', () => undefined);
    }
  }

  async #withTimeout<T>(attempt: string, step: Promise<T>): Promise<T> {
    const ended = Promise.withResolvers<never>();
    const answer = `no answer within ${this.#stepMs / 1000} s`;
    const expire = () => ended.reject(this.#error({ kind: 'timeout', attempt, answer }));
    const timer = setTimeout(expire, this.#stepMs);
    const abort = () => ended.reject(this.#signal.reason);
    this.#signal.addEventListener('abort', abort);
    // A step that fails after the timeout must not be an unhandled rejection.
    step.catch(() => undefined);
    try {
      this.#signal.throwIfAborted();
      return await Promise.race([step, ended.promise]);
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener('abort', abort);
    }
  }

  #error(facts: Omit<FtpsErrorFacts, 'target'>): FtpsError {
    return new FtpsError({ ...facts, target: this.#control.target });
  }
}

interface ProbeStep {
  readonly event: 'connect' | 'secureConnect';
  readonly attempt: string;
  readonly toFacts?: (cause: Error) => Omit<FtpsErrorFacts, 'attempt' | 'target'>;
}

function tcpErrorFacts(cause: Error): Omit<FtpsErrorFacts, 'attempt' | 'target'> {
  return { kind: classifySocketError(cause, 'opening'), answer: errorAnswer(cause) };
}

/**
 * For a server that refuses our TLS: the newest TLS version that it accepts, down to broken ones that a
 * session never uses. Opens another connection and sends nothing on it but AUTH TLS. Undefined where the
 * server accepts none. Does not throw: the result only adds to a finding that is reported already.
 */
export async function bestTlsVersion(settings: Connection, signal: AbortSignal): Promise<string | undefined> {
  try {
    using probed = new ProbedConnection(settings, signal, 'any-version');
    await probed.connect();
    if (settings.security === 'explicit') await probed.greet();
    return (await probed.secure()).version;
  } catch {
    return undefined;
  }
}

/** The probe sends no client certificate: an untrusted server must not receive it. */
const noCredentials: Credentials = {
  user: '',
  password: '',
  clientCertificate: undefined,
  clientKey: undefined,
  clientKeyPassphrase: undefined,
};

/** As for a session, but with any certificate. */
function probeTlsOptions(settings: Connection, versions: TlsVersions): ConnectionOptions {
  const anyCertificate = { rejectUnauthorized: false, checkServerIdentity: () => undefined };
  if (versions === 'ours') return { ...tlsOptions(settings, noCredentials), ...anyCertificate };
  const { serverName = settings.host } = settings.tls;
  // An IP address is never sent as SNI (RFC 6066, 3).
  const name = isIP(serverName) === 0 ? { servername: serverName } : {};
  return { ...name, minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0', ...anyCertificate };
}
