/** One command line: its name in upper case, and its argument with one character per byte. */
export interface ReceivedCommand {
  readonly name: string;
  readonly argument: string;
}

/** Bounds the memory for a line without an end: no path on any system is longer. */
const maxLineCharacters = 64 * 1024;

/** Splits the bytes of a control connection into command lines (RFC 959, 5.3). */
export class LineReader {
  #rest = '';

  /** The commands that these bytes complete. */
  read(bytes: Buffer): ReceivedCommand[] {
    const lines = (this.#rest + bytes.toString('latin1')).split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, maxLineCharacters);
    return lines.map((line) => parseCommand(line.endsWith('\r') ? line.slice(0, -1) : line));
  }
}

function parseCommand(line: string): ReceivedCommand {
  const end = line.indexOf(' ');
  const word = end < 0 ? line : line.slice(0, end);
  // Clients may send the Telnet signals IP and Synch before ABOR (RFC 959, 4.1.3).
  const name = word.replace(/^[\xf2\xf4\xff]+/, '').toUpperCase();
  return { name, argument: end < 0 ? '' : line.slice(end + 1) };
}
