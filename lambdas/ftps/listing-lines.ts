/** Longer than any name and its facts can be: a line that goes on is no entry. */
export const maxLineBytes = 8192;

/**
 * Cuts a listing into lines as its bytes arrive, each given on without its line end (RFC 959 asks for CRLF; some send LF).
 * Lines are bytes, one character a byte.
 */
export class ListingLines {
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

  /** What came after the last line end: a line that was cut, or nothing. */
  get rest(): string {
    return this.#rest;
  }
}
