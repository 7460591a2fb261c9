/** A reply of several lines whose end has not come. */
export interface OpenReply {
  /** The code that it began with. */
  readonly code: string;
  /** The newest line. */
  readonly lastLine: string;
}

/** Splits the lines of a control connection into replies (RFC 959, 4.2). */
export class ReplyReader {
  #open: { readonly code: string; readonly lines: string[]; length: number } | undefined;

  /** The reply that has begun and not ended; undefined between two replies. */
  get open(): OpenReply | undefined {
    const lastLine = this.#open?.lines.at(-1);
    if (this.#open === undefined || lastLine === undefined) return undefined;
    return { code: this.#open.code, lastLine };
  }

  /** The characters of the reply that has not ended. */
  get openLength(): number {
    return this.#open?.length ?? 0;
  }

  /** Forgets the reply that has not ended. */
  clear(): void {
    this.#open = undefined;
  }

  /**
   * The replies that these whole lines complete, each with its lines separated by LF. Lines that are no part
   * of a reply are left out, as are blank ones.
   */
  read(text: string): readonly string[] {
    return text
      .split('\n')
      .map((line) => line.replace(/\r+$/, ''))
      .filter((line) => line.trim() !== '')
      .flatMap((line) => this.#readLine(line) ?? []);
  }

  /** Takes what has come of the reply for the whole of it. */
  end(): string | undefined {
    const text = this.#open?.lines.join('\n');
    this.#open = undefined;
    return text;
  }

  #readLine(line: string): string | undefined {
    if (this.#open === undefined) {
      if (/^\d{3}(?: |$)/.test(line)) return line;
      if (/^\d{3}-/.test(line)) this.#open = { code: line.slice(0, 3), lines: [line], length: line.length };
      return undefined;
    }
    this.#open.lines.push(line);
    this.#open.length += line.length;
    const isEnd = line.startsWith(this.#open.code) && (line.length === 3 || line[3] === ' ');
    return isEnd ? this.end() : undefined;
  }
}

/** Whether a line has the form of a reply's last line, with whatever code. */
export function isEndLine(line: string): boolean {
  return /^[1-5]\d\d(?: |$)/.test(line);
}

/**
 * Whether this line ends the reply to FEAT although it has another code than the first one: mtheall/ftpd
 * begins with 221 and ends with `211 End`, the code of RFC 2389, 3.2.
 */
export function endsFeatures({ code, lastLine }: OpenReply): boolean {
  return code.startsWith('2') && /^(?:211(?: |$)|2\d\d[ -]End\b)/i.test(lastLine);
}
