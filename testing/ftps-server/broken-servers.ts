import { createServer, type Socket } from 'node:net';
import { listen } from './connection/listen.ts';

const host = '127.0.0.1';

/** A server that does not speak FTPS. */
export interface BrokenServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

/** Accepts connections and stays silent, like a firewall, a hung process or a wrong port. */
export function startSilentServer(): Promise<BrokenServer> {
  return start(() => undefined);
}

/**
 * An FTP server without TLS: it greets in plain text, and answers 502 to AUTH and 530 to other commands. A
 * client with implicit TLS receives the greeting instead of a handshake.
 */
export function startPlainFtpServer(): Promise<BrokenServer> {
  return start((socket) => {
    socket.write('220 Plain FTP server ready.\r\n');
    socket.on('data', (bytes) => {
      for (const line of bytes.toString('latin1').split('\n').slice(0, -1)) socket.write(plainReply(line));
    });
  });
}

/** Sends these bytes to every connection and then stays silent, like an SSH or SMTP server. */
export function startGreetingServer(greeting: string | Buffer): Promise<BrokenServer> {
  return start((socket) => {
    socket.write(greeting);
  });
}

function plainReply(line: string): string {
  if (/^AUTH\b/i.test(line)) return '502 AUTH is not implemented.\r\n';
  if (/^QUIT\b/i.test(line)) return '221 Goodbye.\r\n';
  if (/^USER\b/i.test(line)) return '331 Password, please.\r\n';
  return '530 Login incorrect.\r\n';
}

async function start(greet: (socket: Socket) => void): Promise<BrokenServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // Clients hang up on such a server, as expected.
    socket.once('close', () => sockets.delete(socket));
    greet(socket);
  });
  const port = await listen(server, { host, port: 0 });
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { host, port, close, [Symbol.asyncDispose]: close };
}
