import { shownText } from './reply.ts';

/** A whole transfer has about ten lines; the last ones explain why a file failed. */
const maxLines = 40;

/** With the `…` of a shortened line, 300. */
const maxLineLength = 299;

/**
 * The last commands and replies of a control connection, so that a report can show what led to an error. The
 * lines that it receives have their passwords masked already; it masks arguments that may hold other secrets.
 */
export class Transcript {
  #lines: string[] = [];

  record(line: string): void {
    this.#lines.push(toSafeLine(line));
    if (this.#lines.length > maxLines) this.#lines.shift();
  }

  /** Called when the session begins another piece of work. */
  clear(): void {
    this.#lines = [];
  }

  lines(): readonly string[] {
    return [...this.#lines];
  }
}

/**
 * The argument of ACCT may be another secret (RFC 959, 4.1.1), and that of SITE is up to the server (4.1.3).
 */
function toSafeLine(line: string): string {
  const safe = line.replace(/^(> ?(?:PASS|ACCT|SITE))\b.*$/is, '$1 ***');
  return shownText(safe.trimEnd(), maxLineLength);
}
