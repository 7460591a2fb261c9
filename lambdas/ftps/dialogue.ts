import { shownText } from './reply.ts';

/** A failed file is explained by its last lines: a whole transfer has about ten. */
const linesKept = 40;

/** With the sign that it was longer. */
const charactersOfLine = 299;

/**
 * The last commands and replies of a control connection, bounded, so that a failure can be shown as it was said. What it hears has no
 * password in it any more; arguments that may hold another secret are left out here.
 */
export class Dialogue {
  #lines: string[] = [];

  hear(line: string): void {
    this.#lines.push(shown(line));
    if (this.#lines.length > linesKept) this.#lines.shift();
  }

  /** Forgets what was said: another piece of work has the session from here on. */
  begin(): void {
    this.#lines = [];
  }

  lines(): readonly string[] {
    return [...this.#lines];
  }
}

/** RFC 959, 4.1.1 and 4.1.3: an account may be a secret of its own, and what SITE takes is the server's affair. */
function shown(line: string): string {
  const safe = line.replace(/^(> ?(?:PASS|ACCT|SITE))\b.*$/is, '$1 ***');
  return shownText(safe.trimEnd(), charactersOfLine);
}
