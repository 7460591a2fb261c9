import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { commandTable } from './command-table.ts';
import type { FaultAction } from './faults.ts';
import { LineReader, type ReceivedCommand } from './line-reader.ts';
import { formatReply, type Reply, reply } from './reply.ts';
import { secure } from './server-tls.ts';
import type { Command, ServerContext, Session } from './session.ts';
import { readablePath, resolvePath, treePath } from './tree-path.ts';

/** The server's side of one control connection. Commands are executed one after another, however fast they come. */
export class ControlSession implements Session {
  readonly id: number;
  readonly server: ServerContext;
  socket: Socket | TLSSocket;
  user: string | undefined = undefined;
  loggedIn = false;
  protectionBufferSet = false;
  protection: Session['protection'] = 'clear';
  directory = '/';
  passive: Session['passive'] = undefined;
  onlyEpsv = false;
  restartAt = 0;
  renameFrom: string | undefined = undefined;
  hashAlgorithm = 'SHA-1';
  fault: FaultAction | undefined = undefined;
  abortTransfer: (() => void) | undefined = undefined;
  readonly #raw: Socket;
  #lastCommand = Promise.resolve();
  /** Set with the reply to AUTH. What comes in clear text behind it could be anybody's (CVE-2011-0411), and is dropped. */
  #clearTextIsOver = false;

  constructor(id: number, server: ServerContext, socket: Socket) {
    this.id = id;
    this.server = server;
    this.socket = socket;
    this.#raw = socket;
    socket.on('error', () => undefined); // A client may vanish at any time; what matters is 'close'.
    socket.once('close', () => this.#release());
  }

  /** Greets the client, after the TLS handshake in implicit mode, and from then on does what it says. */
  async start(): Promise<void> {
    const { settings, faults } = this.server;
    const fault = faults.take({ on: 'connect', path: undefined });
    if (fault?.kind === 'cut-control') return this.#cut(fault);
    if (fault?.kind === 'delay') await pause(fault.delayMs);
    if (settings.mode === 'implicit') {
      if (fault?.kind === 'stall-handshake' || !(await this.#handshake())) return;
    }
    if (fault?.kind === 'silence') return;
    const refusal = fault?.kind === 'reply' ? reply(fault.code, fault.text) : this.#refuseOneTooMany();
    this.send(refusal ?? reply(220, 'FTPS server ready.'));
    if (refusal !== undefined) {
      // Nobody reads what it says; without reading, its end would not be seen, and it would be counted for ever.
      this.socket.resume();
      return this.end();
    }
    if (settings.mode === 'implicit') this.protection = 'private';
    this.#read();
  }

  isSecure(): boolean {
    return this.socket instanceof TLSSocket;
  }

  send(message: Reply): void {
    if (this.socket.writable) this.socket.write(Buffer.from(formatReply(message), 'latin1'));
  }

  startTls(how: 'proper' | 'stall'): void {
    this.socket.removeAllListeners('data');
    this.#clearTextIsOver = true;
    if (how === 'stall') return;
    void this.#handshake().then((done) => {
      if (done) this.#read();
    });
  }

  end(): void {
    this.socket.end();
  }

  async #handshake(): Promise<boolean> {
    const { secureContext, settings } = this.server;
    const raw = this.socket;
    try {
      this.socket = await secure({ socket: raw, secureContext, settings });
      return true;
    } catch {
      raw.destroy();
      return false;
    }
  }

  #read(): void {
    const lines = new LineReader();
    this.socket.on('data', (bytes: Buffer) => {
      for (const command of lines.read(bytes)) this.#enqueue(command);
    });
  }

  #enqueue(command: ReceivedCommand): void {
    if (command.name === 'ABOR') this.abortTransfer?.();
    const isPlain = !this.isSecure();
    this.#lastCommand = this.#lastCommand.then(async () => {
      if (isPlain && this.#clearTextIsOver) return;
      await this.#execute(command).catch((error: unknown) =>
        this.send(reply(451, `Local error: ${String(error)}`)),
      );
    });
  }

  async #execute({ name, argument }: ReceivedCommand): Promise<void> {
    const row = commandTable.get(name);
    const shown = name === 'PASS' ? '***' : readablePath(argument);
    this.server.log.push({ session: this.id, command: name, argument: shown });
    const path = row?.path && readablePath(resolvePath(this.directory, row.path(argument)));
    const fault = this.server.faults.take({ on: name, path });
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'cut-control' && fault.when === 'before') return this.#cut(fault);
    if (fault?.kind === 'delay') await pause(fault.delayMs);
    if (fault?.kind === 'beforehand') await fault.change();
    this.fault = fault;
    const answer = await this.#answer({ name, argument });
    if (fault?.kind === 'cut-control') return this.#cut(fault);
    if (answer !== undefined) this.send(answer);
    if (row?.transfers === true && answer !== undefined) this.#closePassive();
  }

  #answer({ name, argument }: ReceivedCommand): ReturnType<Command> {
    if (this.fault?.kind === 'reply') return reply(this.fault.code, treePath(this.fault.text));
    const row = commandTable.get(name);
    if (row === undefined) return reply(502, `${name} is not implemented.`);
    if (!row.open && !this.loggedIn) return reply(530, 'Log in with USER and PASS first.');
    return row.execute(this, argument);
  }

  #refuseOneTooMany(): Reply | undefined {
    const { maxConnections, tooManyConnections } = this.server.settings;
    if (maxConnections === undefined || tooManyConnections !== '421-at-connect') return undefined;
    if (this.server.openConnections() <= maxConnections) return undefined;
    return reply(421, `Too many connections (${maxConnections}) from this address.`);
  }

  #cut({ with: how }: { readonly with?: 'fin' | 'reset' }): void {
    if (how === 'reset') this.#raw.resetAndDestroy();
    else this.#raw.destroy();
  }

  #closePassive(): void {
    this.passive?.close();
    this.passive = undefined;
  }

  #release(): void {
    this.#closePassive();
    this.abortTransfer?.();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
