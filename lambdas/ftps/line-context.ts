import type { Socket } from 'node:net';
import { FTPContext } from 'basic-ftp';
import { notFtpCode } from './classify.ts';

interface LineListeners {
  readonly onLine: (line: string) => void;
  readonly onClose: (error: Error) => void;
}

/** basic-ftp's context drops a reply line that arrives in two pieces, so it is given whole lines alone. */
export class LineContext extends FTPContext {
  readonly #listeners: LineListeners;
  #pending = '';
  #repliesSeen = false;
  /** Before that, the library says QUIT to a socket that never was connected. */
  #adopted = false;

  constructor(listeners: LineListeners) {
    super();
    this.#listeners = listeners;
  }

  override closeWithError(error: Error): void {
    this.#listeners.onClose(error);
    super.closeWithError(error);
  }

  /** What came in plain text before TLS is dropped: an attacker could have put it there. */
  adopt(socket: Socket): void {
    this.#pending = '';
    this.socket = socket;
    this.#adopted = true;
  }

  override log(line: string): void {
    if (this.#adopted) this.#listeners.onLine(line);
  }

  protected override _onControlSocketData(chunk: string): void {
    const text = this.#pending + chunk;
    const end = text.lastIndexOf('\n') + 1;
    this.#pending = text.slice(end);
    if (this.#pending.length > maxLineLength) {
      this.closeWithError(new Error('the server sent a reply line without an end'));
      return;
    }
    if (end === 0) return;
    if (!this.#repliesSeen && !/^\d\d\d[ -]|^\d\d\d\r?\n/.test(text)) {
      this.closeWithError(notFtp(text));
      return;
    }
    this.#repliesSeen = true;
    super._onControlSocketData(text.slice(0, end));
  }
}

const maxLineLength = 8192;

/** SSH and HTTP servers speak first or answer at once: their banner is no FTP reply, and waiting on would tell nobody why. */
function notFtp(banner: string): Error {
  const shown = banner
    .slice(0, 60)
    .replace(/[^\x20-\x7e]/g, ' ')
    .trim();
  return Object.assign(new Error(`the server greets with "${shown}", which is not FTP`), {
    code: notFtpCode,
  });
}
