import { connect } from 'node:net';
import type { Address } from './passive.ts';

const greetingMs = 2_000;
const maxBytes = 512;

/**
 * What a server says in clear text to a new connection: the whole first line, one character a byte. Undefined where it
 * says nothing soon. For a port that should speak TLS and does not: OpenSSL only tells that it was no TLS, while the
 * line may be vsftpd's 421, which it sends in clear on its TLS port too.
 */
export function clearGreeting(address: Address): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address);
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
      if (more.length > 0 || text.length > maxBytes) end(line);
    });
    socket.on('error', () => end(undefined));
    socket.on('close', () => end(undefined));
  });
}
