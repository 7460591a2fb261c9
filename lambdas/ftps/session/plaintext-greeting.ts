import { connect } from 'node:net';
import { shownText } from '../control/reply.ts';
import { FtpsError } from '../ftps-error.ts';

interface Server {
  readonly host: string;
  readonly port: number;
}

/** How long to wait for the first line: a server that greets in plain text does so at once. */
const greetingMs = 2_000;

/** RFC 959 sets no limit to a reply line; a longer one is cut. */
const maxGreetingBytes = 512;

/**
 * Explains a failed TLS handshake on an implicit TLS port. OpenSSL only reports that the answer was not TLS.
 * vsftpd sends `421 There are too many connected users` in plain text on its TLS port too, so this connects
 * once more and reads the greeting.
 * @returns `too-many-connections` or `not-ftps` with the greeting; the error itself where it is not a
 * `not-ftps` one, or the server sends no greeting.
 */
export async function explainPlaintext(error: unknown, { host, port }: Server): Promise<unknown> {
  if (!(error instanceof FtpsError) || error.kind !== 'not-ftps') return error;
  const greeting = await readPlaintextGreeting({ host, port });
  if (greeting === undefined) return error;
  return new FtpsError({
    kind: /^421/.test(greeting) ? 'too-many-connections' : 'not-ftps',
    attempt: 'securing the connection to',
    target: `${host}:${port}`,
    answer: `the server answered in plain text instead of TLS: ${shownText(greeting)}`,
    ...(/^[12]20/.test(greeting) ? explicit : {}),
    cause: error,
  });
}

const explicit = {
  security: 'explicit',
  remedy:
    'The port greets in plain text: set connection.security: explicit. If the server then refuses AUTH TLS, ask the partner on which port it speaks FTPS.',
} as const;

/** The first line, one character per byte; undefined where the server sends nothing in time. */
function readPlaintextGreeting(server: Server): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(server);
    let text = '';
    const end = (line: string | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(line);
    };
    const timer = setTimeout(() => end(undefined), greetingMs);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const [line, ...more] = text.split(/\r?\n/);
      if (more.length > 0 || text.length > maxGreetingBytes) end(line);
    });
    socket.on('error', () => end(undefined));
    socket.on('close', () => end(undefined));
  });
}
