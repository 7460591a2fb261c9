import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { FtpsServer } from '../../../../testing/ftps-server/server.ts';
import type { Identity } from './partner.ts';

export interface RawReply {
  readonly code: number;
  /** The lines without their codes, joined with line feeds. */
  readonly text: string;
}

export interface RawTransfer {
  readonly bytes: Buffer;
  /** Whether the data connection ended without an error. */
  readonly endedCleanly: boolean;
  /** The bytes of the TCP connection, TLS records and alerts included. */
  readonly wireBytes: number;
  readonly finalCode: number;
  readonly finalText: string;
}

export interface DataOptions {
  /** Whether to offer the TLS session of the control connection. Default: true. */
  readonly resume?: boolean;
  readonly passive?: 'EPSV' | 'PASV';
  /** Without TLS, as after PROT C. */
  readonly clear?: boolean;
}

/** An FTPS client that shows exactly what the server sends on either connection. */
export class RawClient implements AsyncDisposable {
  #socket: Socket;
  readonly #identity: Identity;
  readonly #replies: RawReply[] = [];
  #waiting: { resolve: (reply: RawReply) => void; reject: (error: Error) => void } | undefined;
  #lines: string[] = [];
  #rest = '';
  /** The TLS session of the control connection, offered to every data connection. */
  #session: Buffer | undefined;
  /** The TCP socket of the last data connection. */
  #rawData: Socket | undefined;

  static async connect(server: FtpsServer, identity: Identity, { greeted = true } = {}): Promise<RawClient> {
    const socket = connectTcp({ host: server.host, port: server.port, noDelay: true });
    const client = new RawClient(socket, identity);
    if (greeted) await client.reply();
    return client;
  }

  /** Connects to an explicit server and logs in, up to PROT P and TYPE I. */
  static async login(server: FtpsServer, identity: Identity): Promise<RawClient> {
    const client = await RawClient.connect(server, identity);
    await client.startTls();
    for (const command of ['USER ann', 'PASS s3cret', 'PBSZ 0', 'PROT P', 'TYPE I'])
      await client.command(command);
    return client;
  }

  private constructor(socket: Socket, identity: Identity) {
    this.#socket = socket;
    this.#identity = identity;
    this.#listen();
  }

  async startTls(command = 'AUTH TLS'): Promise<void> {
    await this.command(command);
    const secured = await this.#handshake(this.#socket);
    this.#socket = secured;
    this.#listen();
  }

  /** Whether the server completes a handshake in time. */
  async handshakeWithin(timeoutMs: number): Promise<'done' | 'stalled'> {
    const stalled = new Promise<'stalled'>((resolve) => setTimeout(() => resolve('stalled'), timeoutMs));
    return Promise.race([this.#handshake(this.#socket).then(() => 'done' as const), stalled]);
  }

  /** Sends a line and returns the next reply. Rejects where the connection ends instead. */
  command(line: string | Buffer): Promise<RawReply> {
    this.#socket.write(Buffer.concat([Buffer.from(line), Buffer.from('\r\n')]));
    return this.reply();
  }

  reply(): Promise<RawReply> {
    const next = this.#replies.shift();
    if (next !== undefined) return Promise.resolve(next);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Runs a command that sends data, and returns everything received. */
  async transfer(line: string, options: DataOptions = {}): Promise<RawTransfer> {
    const data = await this.openData(line, options);
    const received = await readAll(data);
    const final = await this.reply();
    const wireBytes = this.#rawData?.bytesRead ?? 0;
    return { ...received, wireBytes, finalCode: final.code, finalText: final.text };
  }

  /** The same for a server that sends no final reply. */
  async transferWithoutReply(line: string): Promise<Buffer> {
    const { bytes } = await readAll(await this.openData(line));
    return bytes;
  }

  async upload(line: string, content: string): Promise<RawReply> {
    const data = await this.openData(line);
    data.end(content);
    return this.reply();
  }

  /** Opens the data connection for a command, which the server must have answered with 150. */
  async openData(
    line: string,
    { resume = true, passive = 'EPSV', clear = false }: DataOptions = {},
  ): Promise<Socket> {
    const { text } = await this.command(passive);
    const port = passive === 'EPSV' ? Number(/\|\|\|(\d+)\|/.exec(text)?.[1]) : passivePort(text);
    const raw = connectTcp({ host: '127.0.0.1', port, noDelay: true });
    this.#rawData = raw;
    const opened = await this.command(line);
    if (opened.code !== 150) throw new Error(`${line}: ${opened.code} ${opened.text}`);
    return clear ? raw : this.#handshake(raw, resume ? this.#session : undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }

  #handshake(socket: Socket, session?: Buffer): Promise<TLSSocket> {
    const { promise, resolve } = Promise.withResolvers<TLSSocket>();
    socket.removeAllListeners('data');
    const ca = this.#identity.authority.certificatePem;
    const tlsSocket = connectTls({ socket, ca, host: 'localhost', ...(session && { session }) }, () =>
      resolve(tlsSocket),
    );
    tlsSocket.on('error', () => resolve(tlsSocket)); // The test reads from the replies what a failed handshake means.
    if (session === undefined)
      tlsSocket.on('session', (ticket: Buffer) => {
        this.#session ??= ticket;
      });
    return promise;
  }

  #listen(): void {
    this.#socket.on('error', () => undefined); // 'close' handles it.
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes));
    this.#socket.once('close', () => this.#waiting?.reject(new Error('the control connection ended')));
  }

  #read(bytes: Buffer): void {
    const lines = (this.#rest + bytes.toString('utf8')).split('\r\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      this.#lines.push(line.replace(/^\d{3}[ -]/, ''));
      if (!/^\d{3} /.test(line)) continue;
      const next = { code: Number(line.slice(0, 3)), text: this.#lines.join('\n') };
      this.#lines = [];
      if (this.#waiting === undefined) this.#replies.push(next);
      this.#waiting?.resolve(next);
      this.#waiting = undefined;
    }
  }
}

function passivePort(text: string): number {
  const [, high, low] = /,(\d+),(\d+)\)/.exec(text) ?? [];
  return Number(high) * 256 + Number(low);
}

function readAll(socket: Socket): Promise<Pick<RawTransfer, 'bytes' | 'endedCleanly'>> {
  const chunks: Buffer[] = [];
  let endedCleanly = false;
  return new Promise((resolve) => {
    const finish = () => resolve({ bytes: Buffer.concat(chunks), endedCleanly });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => {
      endedCleanly = true;
    });
    if (socket.destroyed) finish();
    socket.on('close', finish);
  });
}
