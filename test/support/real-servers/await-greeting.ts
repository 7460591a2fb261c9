import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { waitUntil } from '../wait-until.ts';
import type { Security } from './real-server.ts';

export interface Greeting {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  /** Called between tries; throws where waiting has become pointless. */
  readonly check: () => Promise<void>;
}

/**
 * Waits until a server is ready: it sends 220 (RFC 959, 5.4), or, with implicit TLS, answers the handshake.
 * The probe sends QUIT and waits until the server closes, so that it does not count against the connection
 * limit.
 */
export async function awaitGreeting({ host, port, security, check }: Greeting): Promise<void> {
  await waitUntil({
    what: `a server on ${host}:${port} greets`,
    check: async () => {
      if (await answers({ host, port, security })) return true;
      await check();
      return false;
    },
  });
}

function answers({ host, port, security }: Omit<Greeting, 'check'>): Promise<boolean> {
  return new Promise((resolve) => {
    let ready = false;
    // This probe sends no password, and some tests use certificates that no client should accept.
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
      // A server that requires a client certificate answers in TLS by refusing.
      ready ||= /^ERR_SSL_.*ALERT/.test(error.code ?? '');
    });
    socket.once('close', () => resolve(ready));
    socket.resume();
  });
}
