import { lookup } from 'node:dns/promises';
import { isIP, Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import type { Connection, Credentials } from '../contract/connection.ts';
import type { TlsFacts } from '../sync/doctor-certificate.ts';
import { classifyLoginReply, classifySocketError, errorAnswer, replyAnswer } from './classify.ts';
import { clearGreeting } from './clear-greeting.ts';
import { Control } from './control.ts';
import { FtpsError, type FtpsErrorFacts } from './ftps-error.ts';
import { certificatesOf, isAnchored } from './probe-certificate.ts';
import { isPositive, type Reply, shownText } from './reply.ts';
import { tlsOptions } from './tls-options.ts';

/** How long each step may take: a server that is there answers sooner. */
const stepMs = 15_000;

/** `any-version`: also those that a session would refuse. */
type Versions = 'ours' | 'any-version';

type Route = Pick<Connection, 'host' | 'port'>;

/** The addresses of the host, as the network here resolves it. @throws FtpsError `host-not-found` */
export async function resolveHost({ host, port }: Route): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    const kind = classifySocketError(cause, 'opening');
    throw failure({ host, port }, { kind, attempt: 'resolving', answer: errorAnswer(cause), cause });
  }
}

/**
 * One connection that is opened to be looked at, in four steps, and closed again. Its certificate is read even where nobody may
 * trust it, and so nothing is sent on it but AUTH TLS: no user, no password, no certificate of ours.
 */
export class ProbedConnection implements Disposable {
  readonly #settings: Connection;
  readonly #signal: AbortSignal;
  readonly #versions: Versions;
  readonly #control: Control;
  #plain: Socket | undefined;
  #secure: TLSSocket | undefined;

  constructor(settings: Connection, signal: AbortSignal, versions: Versions = 'ours') {
    this.#settings = settings;
    this.#signal = signal;
    this.#versions = versions;
    const target = `${settings.host}:${settings.port}`;
    this.#control = new Control({ target, replyMs: stepMs, trace: undefined, secrets: [] });
  }

  /** The TCP connection. @returns the address that answered. @throws FtpsError */
  async connect(): Promise<string> {
    const { host, port } = this.#settings;
    const socket = new Socket().connect({ host, port });
    this.#plain = socket;
    await this.#until(socket, { event: 'connect', attempt: 'connecting to' });
    return socket.remoteAddress ?? host;
  }

  /** What the server says first: before TLS where it is explicit, behind it where it is implicit. @throws FtpsError */
  async greet(): Promise<Reply> {
    const socket = this.#settings.security === 'explicit' ? this.#plain : this.#secure;
    if (socket === undefined) throw new Error('the connection comes before the greeting');
    this.#control.adopt(socket);
    const reply = await this.#withTime('waiting for the greeting of', this.#control.greeting());
    if (isPositive(reply)) return reply;
    const isFull = classifyLoginReply(reply) === 'too-many-connections';
    throw this.#refusal('connecting to', isFull ? 'too-many-connections' : 'unavailable', reply);
  }

  /**
   * AUTH TLS where it is explicit, and the handshake, with whatever certificate.
   * @throws FtpsError `not-ftps`, `tls-refused` and others; `certificate-refused` where `tls.ca` cannot be read.
   */
  async secure(): Promise<TlsFacts> {
    const plain = this.#plain;
    if (plain === undefined) throw new Error('the connection comes before its TLS');
    const { security, tls, host } = this.#settings;
    if (security === 'explicit') {
      const reply = await this.#control.request('AUTH TLS');
      const isFull = reply.code === 421;
      if (!isPositive(reply))
        throw this.#refusal(
          'asking for TLS (AUTH TLS) at',
          isFull ? 'too-many-connections' : 'not-ftps',
          reply,
        );
    }
    const secure = connectTls({ ...readingOptions(this.#settings, this.#versions), socket: plain });
    this.#secure = secure;
    try {
      await this.#until(secure, { event: 'secureConnect', attempt: 'securing the connection to' });
    } catch (error) {
      throw security === 'implicit' ? await this.#clearer(error) : error;
    }
    return {
      version: secure.getProtocol() ?? 'unknown',
      cipher: secure.getCipher().standardName,
      chain: certificatesOf(secure),
      untrusted: secure.authorized ? undefined : String(secure.authorizationError),
      isAuthorityKnown: secure.authorized || isAnchored(secure, tls.ca),
      nameFault: checkServerIdentity(tls.serverName ?? host, secure.getPeerCertificate())?.message,
    };
  }

  [Symbol.dispose](): void {
    this.#secure?.destroy();
    this.#plain?.destroy();
    this.#control.drop(
      this.#failure({ kind: 'connection-lost', attempt: 'looking at', answer: 'it was enough' }),
    );
  }

  /** Where clear text came instead of TLS, says what text; vsftpd tells in the clear that it is full. */
  async #clearer(error: unknown): Promise<unknown> {
    if (!(error instanceof FtpsError) || error.kind !== 'not-ftps') return error;
    const { host, port } = this.#settings;
    const greeting = await clearGreeting({ host, port });
    if (greeting === undefined) return error;
    const kind = /^421/.test(greeting) ? 'too-many-connections' : 'not-ftps';
    const answer = `it does not answer in TLS but in clear text: ${shownText(greeting)}`;
    return this.#failure({ kind, attempt: 'securing the connection to', answer, cause: error });
  }

  async #until(
    socket: Socket,
    { event, attempt }: { readonly event: 'connect' | 'secureConnect'; readonly attempt: string },
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const failed = (cause: Error) => {
      const kind = classifySocketError(cause, 'opening');
      reject(this.#failure({ kind, attempt, answer: errorAnswer(cause), cause }));
    };
    const closed = () => failed(new Error('it was closed before its end'));
    socket.once(event, resolve).once('error', failed).once('close', closed);
    try {
      await this.#withTime(attempt, promise);
    } finally {
      socket.off(event, resolve).off('close', closed);
      socket.off('error', failed).on('error', () => undefined);
    }
  }

  async #withTime<T>(attempt: string, step: Promise<T>): Promise<T> {
    const ended = Promise.withResolvers<never>();
    const answer = `no answer within ${stepMs / 1000} s`;
    const timer = setTimeout(() => ended.reject(this.#failure({ kind: 'timeout', attempt, answer })), stepMs);
    const abort = () => ended.reject(this.#signal.reason);
    this.#signal.addEventListener('abort', abort);
    // Whoever is too late to lose the race does not matter.
    step.catch(() => undefined);
    try {
      this.#signal.throwIfAborted();
      return await Promise.race([step, ended.promise]);
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener('abort', abort);
    }
  }

  #refusal(attempt: string, kind: FtpsError['kind'], reply: Reply): FtpsError {
    return this.#failure({ kind, attempt, answer: replyAnswer(reply), replyCode: reply.code });
  }

  #failure(facts: Omit<FtpsErrorFacts, 'target'>): FtpsError {
    return failure(this.#settings, facts);
  }
}

/**
 * What a server that refuses our TLS would speak: the newest version that it agrees to, down to those that are broken and never
 * used here. A connection of its own, on which nothing is sent either. Undefined where it agrees to none.
 */
export async function bestTlsVersion(settings: Connection, signal: AbortSignal): Promise<string | undefined> {
  try {
    using probed = new ProbedConnection(settings, signal, 'any-version');
    await probed.connect();
    if (settings.security === 'explicit') await probed.greet();
    return (await probed.secure()).version;
  } catch {
    // It is only to say more of a failure that was told already.
    return undefined;
  }
}

/** Never sent with it: it proves nothing here, and a server that nobody trusts has no business with it. */
const nobody: Credentials = {
  user: '',
  password: '',
  clientCertificate: undefined,
  clientKey: undefined,
  clientKeyPassphrase: undefined,
};

/** As for a session, but for the certificate, which is to be read whatever it is. */
function readingOptions(settings: Connection, versions: Versions): ConnectionOptions {
  const reading = { rejectUnauthorized: false, checkServerIdentity: () => undefined };
  if (versions === 'ours') return { ...tlsOptions(settings, nobody), ...reading };
  const { serverName = settings.host } = settings.tls;
  const name = isIP(serverName) === 0 ? { servername: serverName } : {};
  return { ...name, minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0', ...reading };
}

function failure({ host, port }: Route, facts: Omit<FtpsErrorFacts, 'target'>): FtpsError {
  return new FtpsError({ ...facts, target: `${host}:${port}` });
}
