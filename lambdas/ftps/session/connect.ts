import { Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import {
  classifyLoginReply,
  classifySocketError,
  errorAnswer,
  replyAnswer,
} from '../control/classify-error.ts';
import type { Control } from '../control/control.ts';
import { isPositive, type Reply } from '../control/reply.ts';
import { tlsErrorFacts } from '../control/tls-failure.ts';
import { FtpsError, type FtpsErrorFacts } from '../ftps-error.ts';
import { greetingOrImplicit } from './other-security.ts';
import { explainPlaintext } from './plaintext-greeting.ts';
import { requestTls } from './request-tls.ts';
import type { Ticket } from './session.ts';

export interface Route {
  readonly host: string;
  readonly port: number;
  readonly security: 'explicit' | 'implicit';
  readonly tls: ConnectionOptions;
  /** How long a server may take to greet before it is asked whether its TLS is implicit. */
  readonly greetingMs: number;
}

/**
 * Connects to the server, up to a verified TLS connection that `control` has taken over and that has greeted.
 * `explicit` sends AUTH TLS on a plain port (RFC 4217, 4); `implicit` starts with TLS. The ticket learns
 * every TLS session that the server offers for resumption.
 * @throws FtpsError by the socket's error or the greeting; `not-ftps` where the server refuses TLS, or speaks
 * the other kind of it. The signal's reason.
 */
export async function connect(
  control: Control,
  route: Route,
  scope: { readonly signal: AbortSignal; readonly ticket: Ticket },
): Promise<void> {
  const { signal } = scope;
  control.underWay = 'TCP';
  const tcp = new Socket().connect({ host: route.host, port: route.port });
  const plain = await waitUntilOpen(tcp, { event: 'connect', control, signal, toFacts: tcpErrorFacts });
  if (route.security === 'explicit') {
    control.adopt(plain);
    const waiting = { greetingMs: route.greetingMs, signal };
    expectWelcome(control.target, await greetingOrImplicit(control, route, waiting));
    await requestTls(control);
  }
  control.underWay = 'TLS';
  const receivedBefore = plain.bytesRead;
  const secure = connectTls({ ...route.tls, socket: plain });
  scope.ticket.learnFrom(secure);
  const { trust } = scope.ticket;
  control.trust = trust;
  const toFacts = (cause: Error) => {
    const receivedBytes = plain.bytesRead - receivedBefore;
    return tlsErrorFacts(cause, { socket: secure, trust, receivedBytes, phase: 'opening' });
  };
  try {
    await waitUntilOpen<TLSSocket>(secure, { event: 'secureConnect', control, signal, toFacts });
  } catch (error) {
    throw route.security === 'implicit'
      ? await explainPlaintext(error, route)
      : plainAfterAuth(error, control);
  }
  control.adopt(secure);
  control.underWay = undefined;
  if (route.security === 'implicit') expectWelcome(control.target, await control.greeting());
}

/** OpenSSL only says that the answer was not TLS. */
function plainAfterAuth(error: unknown, { target }: Control): unknown {
  if (!(error instanceof FtpsError) || error.kind !== 'not-ftps') return error;
  return new FtpsError({
    kind: 'not-ftps',
    attempt: 'securing the connection to',
    target,
    answer: 'the server accepted AUTH TLS, and then sent something else than TLS',
    remedy: 'Only the partner can mend this; no setting helps: show this answer to the partner.',
    cause: error,
  });
}

/** @throws FtpsError where the greeting is not 2xx: `too-many-connections` or `unavailable`. */
export function expectWelcome(target: string, reply: Reply): void {
  if (isPositive(reply)) return;
  const isFull = classifyLoginReply(reply) === 'too-many-connections';
  throw new FtpsError({
    kind: isFull ? 'too-many-connections' : 'unavailable',
    attempt: 'connecting to',
    target,
    answer: replyAnswer(reply),
    replyCode: reply.code,
  });
}

interface Opening {
  /** The event that says that the socket is open. */
  readonly event: 'connect' | 'secureConnect';
  readonly control: Control;
  readonly signal: AbortSignal;
  readonly toFacts: (cause: Error) => ErrorFacts;
}

type ErrorFacts = Omit<FtpsErrorFacts, 'attempt' | 'target'>;

function tcpErrorFacts(cause: Error): ErrorFacts {
  return { kind: classifySocketError(cause, 'opening'), answer: errorAnswer(cause) };
}

/** On an error or an abort before the event, the socket is destroyed. */
function waitUntilOpen<S extends Socket>(
  socket: S,
  { event, control, signal, toFacts }: Opening,
): Promise<S> {
  return new Promise((resolve, reject) => {
    const abort = () => fail(signal.reason);
    const fail = (error: unknown) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      reject(error);
    };
    socket.once('error', (cause) => {
      const attempt = event === 'connect' ? 'connecting to' : 'securing the connection to';
      fail(new FtpsError({ ...toFacts(cause), attempt, target: control.target, cause }));
    });
    socket.once(event, () => {
      signal.removeEventListener('abort', abort);
      socket.removeAllListeners('error');
      resolve(socket);
    });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
}
