import { maxLineBytes } from './formats/listed-entry.ts';

/**
 * Splits a listing into lines while its bytes arrive. Lines are passed on without their line end: CRLF (RFC
 * 959, 3.1.1.1), or the LF alone that some servers send. A line is bytes, one character per byte.
 */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const text = this.#rest + chunk.toString('latin1');
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#onLine(text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end));
      start = end + 1;
    }
    this.#rest = text.slice(start);
    if (this.#rest.length > maxLineBytes) {
      this.#onLine(this.#rest);
      this.#rest = '';
    }
  }

  /** What follows the last line end: an incomplete line, or ''. */
  get rest(): string {
    return this.#rest;
  }
}
