import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { Connection } from '../../contract/partner-file/connection.ts';
import type { TlsTrust } from '../../core/connection/tls-refusal.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { classifyReply, replyAnswer } from '../control/classify-error.ts';
import type { Control } from '../control/control.ts';
import { keepPresented } from '../control/peer-certificates.ts';
import type { Reply } from '../control/reply.ts';
import { FtpsError } from '../ftps-error.ts';
import type { Capabilities } from './capabilities.ts';
import type { LearnedBehaviour } from './learned-behaviour.ts';
import type { NameCodec } from './name-codec.ts';
import type { Timeouts } from './timeouts.ts';

/** One open, logged-in control connection, for one operation at a time. Its operations: see commands.ts. */
export interface Session {
  readonly control: Control;
  readonly capabilities: Capabilities;
  readonly codec: NameCodec;
  readonly timeouts: Timeouts;
  readonly behaviour: LearnedBehaviour;
  /** The commands that may list directories, as `connection.listing` says. */
  readonly listing: Connection['listing'];
  readonly ticket: Ticket;
  /** The connection is gone: every further call fails. */
  readonly lost: boolean;
  /** Sends QUIT, so that the server frees its connection slot at once. Never throws. */
  readonly close: () => Promise<void>;
}

/**
 * The newest TLS session of a connection. Servers may require that a data connection resumes it (vsftpd
 * `require_ssl_reuse`, ProFTPD without `NoSessionReuseRequired`), and TLS 1.3 issues a new ticket each time
 * (RFC 8446, 4.6.1).
 */
export class Ticket {
  readonly #freshOptions: () => ConnectionOptions;
  /** What is required of the server, for messages. */
  readonly trust: TlsTrust;
  #newest: Buffer | undefined;

  constructor(freshOptions: () => ConnectionOptions, trust: TlsTrust) {
    this.#freshOptions = freshOptions;
    this.trust = trust;
  }

  /** Call it before the handshake of the socket. */
  learnFrom(socket: TLSSocket): void {
    keepPresented(socket);
    socket.on('session', (session) => {
      this.#newest = session;
    });
  }

  /** A ticket without a session: its data connections start new TLS sessions. */
  withoutSession(): Ticket {
    return new Ticket(this.#freshOptions, this.trust);
  }

  /** Options for a data connection that resumes the session. */
  resumingOptions(): ConnectionOptions {
    const options = this.#freshOptions();
    return this.#newest === undefined ? options : { ...options, session: this.#newest };
  }
}

/**
 * The path as bytes for a command.
 * @throws FtpsError `name-refused` where connection.encoding cannot encode it.
 */
export function wirePath(session: Session, path: RemotePath): string {
  const bytes = session.codec.encode(path);
  if (bytes !== undefined) return bytes;
  throw new FtpsError({
    kind: 'name-refused',
    attempt: 'naming',
    target: path,
    answer: 'it contains a character that connection.encoding cannot encode',
    path,
  });
}

/** The error for a reply that refuses a command on a path; its kind is that of the reply code. */
export function refusal(attempt: string, path: RemotePath, reply: Reply): FtpsError {
  return refusalAs(classifyReply(reply), { attempt, path, reply });
}

/** The same with a kind that the reply code alone does not tell. */
export function refusalAs(
  kind: FtpsError['kind'],
  refused: { readonly attempt: string; readonly path: RemotePath; readonly reply: Reply },
): FtpsError {
  const { attempt, path, reply } = refused;
  return new FtpsError({
    kind,
    attempt,
    target: path,
    answer: replyAnswer(reply),
    path,
    replyCode: reply.code,
  });
}
