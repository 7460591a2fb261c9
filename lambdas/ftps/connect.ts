import { Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { classifyLoginReply, classifySocketError, errorAnswer, replyAnswer } from './classify.ts';
import { clearGreeting } from './clear-greeting.ts';
import type { Control } from './control.ts';
import { FtpsError } from './ftps-error.ts';
import { isPositive, type Reply, shownText } from './reply.ts';
import type { Ticket } from './session.ts';

export interface Route {
  readonly host: string;
  readonly port: number;
  readonly security: 'explicit' | 'implicit';
  readonly tls: ConnectionOptions;
}

/**
 * Connects to the server, up to a verified TLS connection that `control` has taken over and that has greeted.
 * `explicit` is AUTH TLS on a plain port (RFC 4217, 4), `implicit` is TLS from the first byte.
 * The ticket learns every TLS session that the server offers for resumption.
 * @throws FtpsError by the socket's error or the greeting; `not-ftps` where AUTH TLS is refused; the signal's reason.
 */
export async function connect(
  control: Control,
  route: Route,
  scope: { readonly signal: AbortSignal; readonly ticket: Ticket },
): Promise<void> {
  const { signal } = scope;
  const tcp = new Socket().connect({ host: route.host, port: route.port });
  const plain = await opened(tcp, { event: 'connect', control, signal });
  if (route.security === 'explicit') {
    control.adopt(plain);
    expectWelcome(control, await control.greeting());
    const reply = await control.request('AUTH TLS');
    if (!isPositive(reply)) throw authRefused(control, reply);
  }
  const secure = connectTls({ ...route.tls, socket: plain });
  scope.ticket.learnFrom(secure);
  try {
    await opened<TLSSocket>(secure, { event: 'secureConnect', control, signal });
  } catch (error) {
    throw route.security === 'implicit' ? await clearer(error, control, route) : error;
  }
  control.adopt(secure);
  if (route.security === 'implicit') expectWelcome(control, await control.greeting());
}

/** Where clear text came instead of TLS, says what text. */
async function clearer(error: unknown, control: Control, route: Route): Promise<unknown> {
  if (!(error instanceof FtpsError) || error.kind !== 'not-ftps') return error;
  const greeting = await clearGreeting({ host: route.host, port: route.port });
  if (greeting === undefined) return error;
  return new FtpsError({
    kind: /^421/.test(greeting) ? 'too-many-connections' : 'not-ftps',
    attempt: 'securing the connection to',
    target: control.target,
    answer: `it does not answer in TLS but in clear text: ${shownText(greeting)}`,
    cause: error,
  });
}

interface Opening {
  /** What says that the socket is open. */
  readonly event: 'connect' | 'secureConnect';
  readonly control: Control;
  readonly signal: AbortSignal;
}

/** Waits for the socket's own event; a failure before it is the reason, and nothing is left open. */
function opened<S extends Socket>(socket: S, { event, control, signal }: Opening): Promise<S> {
  return new Promise((resolve, reject) => {
    const giveUp = () => fail(signal.reason);
    const fail = (error: unknown) => {
      signal.removeEventListener('abort', giveUp);
      socket.destroy();
      reject(error);
    };
    socket.once('error', (cause) => {
      const attempt = event === 'connect' ? 'connecting to' : 'securing the connection to';
      const kind = classifySocketError(cause, 'opening');
      fail(new FtpsError({ kind, attempt, target: control.target, answer: errorAnswer(cause), cause }));
    });
    socket.once(event, () => {
      signal.removeEventListener('abort', giveUp);
      socket.removeAllListeners('error');
      resolve(socket);
    });
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp);
  });
}

function expectWelcome(control: Control, reply: Reply): void {
  if (isPositive(reply)) return;
  throw new FtpsError({
    kind: classifyLoginReply(reply) === 'too-many-connections' ? 'too-many-connections' : 'unavailable',
    attempt: 'connecting to',
    target: control.target,
    answer: replyAnswer(reply),
    replyCode: reply.code,
  });
}

function authRefused(control: Control, reply: Reply): FtpsError {
  return new FtpsError({
    kind: reply.code === 421 ? 'too-many-connections' : 'not-ftps',
    attempt: 'asking for TLS (AUTH TLS) at',
    target: control.target,
    answer: replyAnswer(reply),
    replyCode: reply.code,
  });
}
