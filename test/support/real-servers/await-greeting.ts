import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { Security } from './real-server.ts';

export interface Greeting {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  /** Looked at between tries; throws when waiting has become pointless. */
  readonly check: () => Promise<void>;
}

// Starting takes well under a second on an idle machine; the rest is for a crowded one.
const deadlineMs = 15_000;
const pauseMs = 30;

/**
 * Waits until a server is ready: it says 220 (RFC 959), or, in implicit TLS, answers the handshake. The probe says QUIT and
 * waits to be let go, so that it does not count against the server's limit of connections.
 */
export async function awaitGreeting({ host, port, security, check }: Greeting): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await answers({ host, port, security }))) {
    await check();
    if (Date.now() > deadline) throw new Error(`No greeting on ${host}:${port} within ${deadlineMs} ms.`);
    await pause(pauseMs);
  }
}

function answers({ host, port, security }: Omit<Greeting, 'check'>): Promise<boolean> {
  return new Promise((resolve) => {
    let ready = false;
    // Only a probe: it sends no password, and some tests start servers with a certificate that nobody should accept.
    const socket: Socket =
      security === 'implicit'
        ? connectTls({ host, port, rejectUnauthorized: false })
        : connect({ host, port });
    socket.setTimeout(2_000, () => socket.destroy());
    socket.once('data', (text) => {
      ready = text.toString('latin1').startsWith('220');
      socket.end('QUIT\r\n');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server that wants a client certificate has answered in TLS by refusing.
      ready ||= /^ERR_SSL_.*ALERT/.test(error.code ?? '');
    });
    socket.once('close', () => resolve(ready));
    socket.resume();
  });
}
