import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { commandTable } from './commands/command-table.ts';
import { needsAccount } from './commands/login.ts';
import { LineReader, type ReceivedCommand } from './connection/line-reader.ts';
import { formatReply, type Reply, reply } from './connection/reply.ts';
import { secure } from './connection/server-tls.ts';
import type { Command, ServerContext, Session } from './connection/session.ts';
import type { ControlEnd, FaultAction } from './faults.ts';
import { readablePath, resolvePath, treePath } from './tree/tree-path.ts';

/** The `cut-replies` or `cut-commands` of a session, as far as it has come. */
interface Cut {
  readonly with: ControlEnd;
  leftBytes: number;
  isOver: boolean;
}

/** The server's side of one control connection. It executes pipelined commands one after another. */
export class ControlSession implements Session {
  readonly id: number;
  readonly server: ServerContext;
  socket: Socket | TLSSocket;
  user: string | undefined = undefined;
  loggedIn = false;
  hasAccount = false;
  protectionBufferSet = false;
  protection: Session['protection'] = 'clear';
  type: Session['type'] = 'ascii';
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
  /** Set with the reply to AUTH. Plain text after it may be injected (CVE-2011-0411), and is dropped. */
  #isPlainTextOver = false;
  #repliesCut: Cut | undefined;
  #commandsCut: Cut | undefined;
  /** The reply to send again when the next command has come. */
  #again: Reply | undefined;

  constructor(id: number, server: ServerContext, socket: Socket) {
    this.id = id;
    this.server = server;
    this.socket = socket;
    this.#raw = socket;
    socket.on('error', () => undefined); // A client may vanish at any time: 'close' handles it.
    socket.once('close', () => this.#release());
  }

  /** Greets the client, in implicit mode after the TLS handshake, and then executes its commands. */
  async start(): Promise<void> {
    const { settings, faults } = this.server;
    const fault = faults.take({ on: 'connect', path: undefined });
    if (fault?.kind === 'cut-control') return this.#cut(fault);
    if (fault?.kind === 'delay') await pause(fault.delayMs);
    if (settings.mode === 'implicit') {
      if (fault?.kind === 'stall-handshake' || !(await this.#handshake())) return;
    }
    if (fault?.kind === 'silence') return;
    const refusal = fault?.kind === 'reply' ? reply(fault.code, fault.text) : this.#refuseBeyondLimit();
    if (fault?.kind === 'reply-bytes') this.#sendBytes(fault.bytes);
    else this.#sendFinal(refusal ?? reply(220, 'FTPS server ready.'), fault);
    if (refusal !== undefined) {
      // Discards what the client sends. Without reading, the session would never see its end.
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
    this.#sendBytes(formatReply(message));
  }

  #sendBytes(text: string): void {
    if (!this.socket.writable) return;
    const bytes = Buffer.from(text, 'latin1');
    const cut = this.#repliesCut;
    if (cut === undefined) {
      this.socket.write(bytes);
      return;
    }
    if (cut.isOver) return;
    const sent = bytes.subarray(0, cut.leftBytes);
    cut.leftBytes -= sent.length;
    cut.isOver = cut.leftBytes === 0;
    this.socket.write(sent, () => {
      if (cut.isOver) this.#endControl(cut.with);
    });
  }

  /** With `second-reply`, the reply comes twice. */
  #sendFinal(message: Reply, fault: FaultAction | undefined): void {
    const when = fault?.kind === 'second-reply' ? fault.when : undefined;
    const text = formatReply(message);
    this.#sendBytes(when === 'at-once' ? text + text : text);
    if (when === 'before-next') this.#again = message;
  }

  #endControl(how: ControlEnd): void {
    if (how === 'close-notify') this.socket.end();
    else if (how === 'fin') this.#raw.end();
    else if (how === 'reset') this.#raw.resetAndDestroy();
  }

  startTls(how: 'proper' | 'stall'): void {
    this.socket.removeAllListeners('data');
    this.#isPlainTextOver = true;
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
      for (const command of lines.read(this.#beforeCut(bytes))) this.#enqueue(command);
      this.#endIfCut();
    });
  }

  #beforeCut(bytes: Buffer): Buffer {
    const cut = this.#commandsCut;
    if (cut === undefined) return bytes;
    const received = bytes.subarray(0, cut.leftBytes);
    cut.leftBytes -= received.length;
    return received;
  }

  /** Once the commands that were received are answered. */
  #endIfCut(): void {
    const cut = this.#commandsCut;
    if (cut === undefined || cut.isOver || cut.leftBytes > 0) return;
    cut.isOver = true;
    this.#lastCommand = this.#lastCommand.then(() => this.#endControl(cut.with));
  }

  #enqueue(command: ReceivedCommand): void {
    if (command.name === 'ABOR') this.abortTransfer?.();
    const isPlain = !this.isSecure();
    this.#lastCommand = this.#lastCommand.then(async () => {
      if (isPlain && this.#isPlainTextOver) return;
      await this.#execute(command).catch((error: unknown) =>
        this.send(reply(451, `Local error: ${String(error)}`)),
      );
    });
  }

  async #execute({ name, argument }: ReceivedCommand): Promise<void> {
    const row = commandTable.get(name);
    const shown = name === 'PASS' || name === 'ACCT' ? '***' : readablePath(argument);
    this.server.log.push({ session: this.id, command: name, argument: shown });
    const path = row?.path && readablePath(resolvePath(this.directory, row.path(argument)));
    const fault = this.server.faults.take({ on: name, path });
    if (this.#again !== undefined) this.send(this.#again);
    this.#again = undefined;
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'reply-bytes') return this.#sendBytes(fault.bytes);
    if (fault?.kind === 'cut-control' && fault.when === 'before') return this.#cut(fault);
    if (fault?.kind === 'delay') await pause(fault.delayMs);
    if (fault?.kind === 'beforehand') await fault.change();
    if (fault?.kind === 'cut-replies') {
      this.#repliesCut = { leftBytes: fault.afterBytes, with: fault.with, isOver: false };
    }
    if (fault?.kind === 'cut-commands') {
      this.#commandsCut = { leftBytes: fault.afterBytes, with: fault.with, isOver: false };
      this.#endIfCut();
    }
    this.fault = fault;
    const answer = await this.#answer({ name, argument });
    if (fault?.kind === 'cut-control') return this.#cut(fault);
    if (answer !== undefined) this.#sendFinal(answer, fault);
    if (row?.transfers === true && answer !== undefined) this.#closePassive();
  }

  #answer({ name, argument }: ReceivedCommand): ReturnType<Command> {
    if (this.fault?.kind === 'reply') return reply(this.fault.code, treePath(this.fault.text));
    const row = commandTable.get(name);
    const given = this.server.settings.features.trimsNames ? withoutOuterBlanks(argument) : argument;
    if (row === undefined) return reply(502, `${name} is not implemented.`);
    if (!row.open && !this.loggedIn) return reply(530, 'Log in with USER and PASS first.');
    if (row.path !== undefined && needsAccount(this, 'later')) return reply(332, 'Send ACCT.');
    return row.execute(this, given);
  }

  #refuseBeyondLimit(): Reply | undefined {
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

function withoutOuterBlanks(path: string): string {
  return path
    .split('/')
    .map((name) => name.trim())
    .join('/');
}
