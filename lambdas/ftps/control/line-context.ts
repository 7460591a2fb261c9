import type { Socket } from 'node:net';
import { FTPContext } from 'basic-ftp';
import { notFtpCode } from './classify-error.ts';
import { type OpenReply, ReplyReader } from './reply-reader.ts';

interface LineListeners {
  readonly onLine: (line: string) => void;
  readonly onClose: (error: Error) => void;
  /** A reply that no command awaits. */
  readonly onUnawaited: (reply: string) => void;
  /** Whether the newest line ends the reply although it has another code. */
  readonly isEnd: (open: OpenReply) => boolean;
  /** Nothing more has come of a reply in time. @returns whether to take it as it is. */
  readonly onStall: (stalled: StalledReply) => 'take' | 'end';
}

/** What has come of a reply. */
export interface StalledReply {
  readonly open: OpenReply | undefined;
  /** The beginning of a line. */
  readonly partialLine: string;
}

/**
 * basic-ftp's context with its own reader of replies: the library loses a reply line that arrives in two
 * chunks, drops a reply that no command awaits, and waits without end for the last line of a reply.
 */
export class LineContext extends FTPContext {
  readonly #listeners: LineListeners;
  readonly #unfinishedMs: number;
  readonly #reader = new ReplyReader();
  #pending = '';
  #hasReply = false;
  #stall: NodeJS.Timeout | undefined;
  /** Before it, the library logs a QUIT to a socket that was never connected. */
  #isAdopted = false;

  /** @param unfinishedMs how long the rest of a reply may take. */
  constructor(listeners: LineListeners, unfinishedMs: number) {
    super();
    this.#listeners = listeners;
    this.#unfinishedMs = unfinishedMs;
  }

  /** What has come of a reply that has not ended. */
  get unfinished(): StalledReply | undefined {
    const { open } = this.#reader;
    const partialLine = this.#pending;
    return open === undefined && partialLine === '' ? undefined : { open, partialLine };
  }

  override closeWithError(error: Error): void {
    clearTimeout(this.#stall);
    this.#listeners.onClose(error);
    super.closeWithError(error);
  }

  /** Drops what arrived in plain text before TLS: an attacker could have injected it (CVE-2011-0411). */
  adopt(socket: Socket): void {
    clearTimeout(this.#stall);
    this.#reader.clear();
    this.#pending = '';
    this.socket = socket;
    this.#isAdopted = true;
  }

  override log(line: string): void {
    if (this.#isAdopted) this.#listeners.onLine(line);
  }

  protected override _onControlSocketData(chunk: string): void {
    clearTimeout(this.#stall);
    const text = this.#pending + chunk;
    const end = text.lastIndexOf('\n') + 1;
    this.#pending = text.slice(end);
    if (!this.#hasReply && (isTlsRecord(text) || (end > 0 && !/^\s*\d\d\d(?:[ -]|\r?\n)/.test(text)))) {
      this.closeWithError(notFtpError(text));
      return;
    }
    if (this.#pending.length > maxLineLength) {
      this.closeWithError(new Error(`the server sent a reply line of more than ${maxLineLength} bytes`));
      return;
    }
    if (end > 0) this.#readLines(text.slice(0, end));
    if (this.unfinished !== undefined) this.#stall = setTimeout(() => this.#onStall(), this.#unfinishedMs);
  }

  #readLines(lines: string): void {
    this.#hasReply = true;
    this.log(`< ${lines}`);
    for (const reply of this.#reader.read(lines)) this.#pass(reply);
    const { open } = this.#reader;
    if (open !== undefined && this.#listeners.isEnd(open)) this.#pass(this.#reader.end());
    if (this.#reader.openLength > maxReplyLength) {
      this.closeWithError(new Error(`the server sent a reply of more than ${maxReplyLength} bytes`));
    }
  }

  #onStall(): void {
    const stalled = this.unfinished;
    if (stalled !== undefined && this.#listeners.onStall(stalled) === 'take') this.#pass(this.#reader.end());
  }

  #pass(message: string | undefined): void {
    // After the connection was dropped, what comes in the same packet is of no use.
    if (message === undefined || this._closingError !== undefined) return;
    if (this._task === undefined) this.#listeners.onUnawaited(message);
    else this._passToHandler({ code: Number(message.slice(0, 3)), message });
  }
}

/** Far above any real reply line: bounds the memory that a server can fill. */
const maxLineLength = 8192;

/** The same for all lines of one reply. */
const maxReplyLength = 256 * 1024;

const maxShownBannerLength = 60;

/**
 * SSH and HTTP servers send a banner that is not an FTP reply. Without this check the wait for a reply would
 * end in a timeout that does not say why.
 */
function notFtpError(banner: string): Error {
  if (isTlsRecord(banner)) {
    const message = 'the server begins with TLS, although connection.security is explicit';
    return Object.assign(new Error(message), { code: notFtpCode });
  }
  const shown = banner
    .slice(0, maxShownBannerLength)
    .replace(/[^\x20-\x7e]/g, ' ')
    .trim();
  return Object.assign(new Error(`the server greets with "${shown}", which is not an FTP reply`), {
    code: notFtpCode,
  });
}

/** The first bytes of an alert or a handshake message (RFC 8446, 5.1), which no reply begins with. */
function isTlsRecord(text: string): boolean {
  const [type, major] = Buffer.from(text.slice(0, 2), 'latin1');
  return (type === 0x15 || type === 0x16) && major === 0x03;
}
