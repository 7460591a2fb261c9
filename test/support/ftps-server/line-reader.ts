/** One command line: its name in upper case, and its argument with one character for one byte. */
export interface ReceivedCommand {
  readonly name: string;
  readonly argument: string;
}

/** No path on any system is longer; what is longer is no command. */
const maxLineCharacters = 64 * 1024;

/** Cuts the bytes of a control connection into command lines (RFC 959, 5.3). */
export class LineReader {
  #rest = '';

  /** The commands that are complete with these bytes. */
  read(bytes: Buffer): ReceivedCommand[] {
    const lines = (this.#rest + bytes.toString('latin1')).split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, maxLineCharacters);
    return lines.map((line) => parseCommand(line.endsWith('\r') ? line.slice(0, -1) : line));
  }
}

function parseCommand(line: string): ReceivedCommand {
  const end = line.indexOf(' ');
  const word = end < 0 ? line : line.slice(0, end);
  // Clients may put the Telnet signals IP and Synch in front of ABOR (RFC 959, 4.1.3).
  const name = word.replace(/^[\xf2\xf4\xff]+/, '').toUpperCase();
  return { name, argument: end < 0 ? '' : line.slice(end + 1) };
}
