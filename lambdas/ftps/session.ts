import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { RemotePath } from '../sync/remote-path.ts';
import type { Capabilities } from './capabilities.ts';
import { classifyReply, replyAnswer } from './classify.ts';
import type { Control } from './control.ts';
import { FtpsError } from './ftps-error.ts';
import type { Habits } from './habits.ts';
import type { NameCodec } from './name-codec.ts';
import type { Reply } from './reply.ts';
import type { Timeouts } from './timeouts.ts';

/** One open, logged-in control connection, for one use at a time. What it can be asked: commands.ts and its neighbours. */
export interface Session {
  readonly control: Control;
  readonly capabilities: Capabilities;
  readonly codec: NameCodec;
  readonly timeouts: Timeouts;
  readonly habits: Habits;
  readonly ticket: Ticket;
  /** Gone, or not to be used again: every further call fails. */
  readonly lost: boolean;
  /** Says goodbye, so that the server frees the place at once. Never throws. */
  readonly close: () => Promise<void>;
}

/** The newest TLS session of a connection. Servers demand that a data connection resumes it, and TLS 1.3 renews it each time. */
export class Ticket {
  readonly #freshOptions: () => ConnectionOptions;
  #newest: Buffer | undefined;

  constructor(freshOptions: () => ConnectionOptions) {
    this.#freshOptions = freshOptions;
  }

  learnFrom(socket: TLSSocket): void {
    socket.on('session', (session) => {
      this.#newest = session;
    });
  }

  /** One that has learnt no session: its data connections begin their own. */
  withoutSession(): Ticket {
    return new Ticket(this.#freshOptions);
  }

  /** Fresh options for a data connection that resumes the session. */
  resumingOptions(): ConnectionOptions {
    const options = this.#freshOptions();
    return this.#newest === undefined ? options : { ...options, session: this.#newest };
  }
}

/** The path as bytes for a command. @throws FtpsError `name-refused` where the connection's encoding does not have it. */
export function wirePath(session: Session, path: RemotePath): string {
  const bytes = session.codec.encode(path);
  if (bytes !== undefined) return bytes;
  throw new FtpsError({
    kind: 'name-refused',
    attempt: 'naming',
    target: path,
    answer: 'it has a character that connection.encoding does not have',
    path,
  });
}

/** The error for a reply that is not what the command wants. */
export function refusal(attempt: string, path: RemotePath, reply: Reply): FtpsError {
  return refusalAs(classifyReply(reply), { attempt, path, reply });
}

/** The same, of a kind that the reply alone does not tell. */
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
