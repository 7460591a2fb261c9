import { createServer, type Socket } from 'node:net';
import { listen } from './listen.ts';

/** One listening port for one data connection (RFC 959, 3.3). */
export interface PassiveListener {
  readonly port: number;
  /** The client's connection. Rejects where none arrives in time. */
  accepted(timeoutMs: number): Promise<Socket>;
  /** Stops listening, and destroys a connection that was not accepted. */
  close(): void;
}

/**
 * Listens on a free port. Only `clientAddress` may connect: another client could steal or inject the data
 * (RFC 2577, 5).
 */
export async function listenPassive(
  host: string,
  clientAddress: string | undefined,
): Promise<PassiveListener> {
  const arrival = Promise.withResolvers<Socket>();
  arrival.promise.catch(() => undefined); // Not awaited where the client never sends a transfer command.
  let waiting: Socket | undefined;
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined); // A client may vanish at any time: the transfer handles 'close'.
    if (socket.remoteAddress !== clientAddress || waiting !== undefined) {
      socket.destroy();
      return;
    }
    waiting = socket;
    server.close();
    arrival.resolve(socket);
  });
  const port = await listen(server, { host, port: 0 });
  return {
    port,
    async accepted(timeoutMs) {
      const timer = setTimeout(() => arrival.reject(new Error('no data connection arrived')), timeoutMs);
      const socket = await arrival.promise.finally(() => clearTimeout(timer));
      return socket;
    },
    close() {
      server.close();
      arrival.reject(new Error('the passive port was closed'));
      waiting?.destroy();
    },
  };
}
