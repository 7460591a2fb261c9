import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { RealServer } from './real-server.ts';

interface Reply {
  readonly code: number;
  readonly text: string;
}

export interface ClientCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

interface DataAnswer {
  readonly bytes: Buffer;
  /** The final reply to the command. */
  readonly reply: Reply;
  readonly sessionReused: boolean;
}

/** A minimal FTPS client, so that a test of a server does not depend on a client library. */
export interface RawFtps extends Disposable {
  /** Encrypted, with the certificate verified against the server's authority. */
  readonly control: TLSSocket;
  /** Sends one line and returns the next reply, also a preliminary one (1yz). */
  command(line: string): Promise<Reply>;
  /** Logs in and sends PROT P (RFC 4217, 9). @throws Error where the server refuses. */
  login(): Promise<void>;
  /**
   * Runs one command that sends data, over a new data connection in extended passive mode (RFC 2428). With
   * `reuse`, it resumes the TLS session of the control connection; without, it starts a new one.
   */
  receive(line: string, session: 'reuse' | 'own'): Promise<DataAnswer>;
}

/** Connects and starts TLS. Throws the TLS error where the certificate is not verified. */
export async function connectRaw(server: RealServer, client?: ClientCertificate): Promise<RawFtps> {
  const { host, port } = server;
  const trust = { host, ca: server.authorityPem, cert: client?.certificatePem, key: client?.keyPem };
  const control =
    server.security === 'implicit'
      ? connectTls({ ...trust, port })
      : connectTls({ ...trust, socket: await upgradableSocket(server) });
  // TLS 1.3 sends tickets after the handshake: the newest one is resumed.
  let ticket: Buffer | undefined;
  control.on('session', (session: Buffer) => {
    ticket = session;
  });
  await once(control, 'secureConnect');
  const replies = replyReader(control);
  if (server.security === 'implicit') expectCode(await replies(), 220);

  async function command(line: string): Promise<Reply> {
    control.write(`${line}\r\n`);
    return replies();
  }

  return {
    control,
    command,
    async login() {
      expectCode(await command(`USER ${server.user}`), 331);
      expectCode(await command(`PASS ${server.password}`), 230);
      expectCode(await command('PBSZ 0'), 200);
      expectCode(await command('PROT P'), 200);
    },
    async receive(line, session) {
      const passive = await command('EPSV');
      const dataPort = /\|\|\|(\d+)\|/.exec(passive.text)?.[1];
      if (dataPort === undefined) throw new Error(`EPSV was answered: ${passive.code} ${passive.text}`);
      const data = connectTls({
        ...trust,
        port: Number(dataPort),
        session: session === 'reuse' ? (ticket ?? control.getSession()) : undefined,
      });
      const received = receiveAll(data);
      let reply = await command(line);
      while (reply.code < 200) reply = await replies();
      // A server that refuses the command never closes the data connection.
      if (reply.code >= 400) data.destroy();
      return { ...(await received), reply };
    },
    [Symbol.dispose]: () => control.destroy(),
  };
}

async function upgradableSocket({ host, port }: RealServer): Promise<Socket> {
  const socket = connectTcp({ host, port });
  const replies = replyReader(socket);
  expectCode(await replies(), 220);
  socket.write('AUTH TLS\r\n');
  expectCode(await replies(), 234);
  return socket;
}

// One reply, of one line or of several (RFC 959, 4.2).
const completeReply = /^(\d{3})(?: |-(?:.*\r\n)*?\1 )(.*)\r\n/;
const silenceMs = 120_000;

/** Reads replies one by one and nothing beyond them: bytes after AUTH TLS belong to TLS. */
function replyReader(socket: Socket): () => Promise<Reply> {
  let text = '';
  socket.setTimeout(silenceMs, () => socket.destroy(new Error(`The server was silent for ${silenceMs} ms.`)));
  const closed = once(socket, 'close').then(() => {
    throw new Error(`The server closed the control connection after ${JSON.stringify(text)}.`);
  });
  // Only relevant where a reply is awaited.
  closed.catch(() => undefined);
  return async () => {
    for (;;) {
      const [whole, code, line] = completeReply.exec(text) ?? [];
      if (whole !== undefined && code !== undefined && line !== undefined) {
        text = text.slice(whole.length);
        return { code: Number(code), text: line };
      }
      const chunk: Buffer | null = socket.read();
      if (chunk === null) await Promise.race([once(socket, 'readable'), closed]);
      else text += chunk.toString('latin1');
    }
  };
}

/** A broken end is not an error here: tests check the server's reply. */
async function receiveAll(data: TLSSocket): Promise<Omit<DataAnswer, 'reply'>> {
  const chunks: Buffer[] = [];
  let sessionReused = false;
  data.once('secureConnect', () => {
    sessionReused = data.isSessionReused();
  });
  data.on('data', (chunk: Buffer) => chunks.push(chunk));
  data.on('error', () => undefined);
  await new Promise((resolve) => data.once('close', resolve));
  return { bytes: Buffer.concat(chunks), sessionReused };
}

function expectCode({ code, text }: Reply, expected: number): void {
  if (code !== expected) throw new Error(`Expected ${expected}, the server said: ${code} ${text}`);
}
