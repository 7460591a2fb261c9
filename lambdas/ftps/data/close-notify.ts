import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/**
 * Tells whether the server ended a TLS connection with close_notify (RFC 8446, 6.1). Node.js reports a bare
 * FIN as the same `end`, though anyone on the way can send one, and a dying server does. The bytes pass
 * through JavaScript, which is slower than a plain TLS socket: for listings, not for files.
 */
export class CloseNotifyWatch {
  /** The transport of the TLS socket, in place of the TCP socket. */
  readonly transport: Duplex;
  #hasFinPassed = false;
  #isProven = false;

  constructor(raw: Socket) {
    this.transport = new Duplex({
      // Our own close_notify must follow the server's: vsftpd waits for it before its 226.
      allowHalfOpen: false,
      read: () => void raw.resume(),
      write: (chunk: Buffer, _encoding, done) => void raw.write(chunk, done),
      final: (done) => void raw.end(done),
      destroy: (error, done) => {
        raw.destroy();
        done(error);
      },
    });
    raw.on('data', (chunk: Buffer) => {
      if (!this.transport.push(chunk)) raw.pause();
    });
    raw.on('end', () => this.transport.push(null));
    raw.on('error', (error) => this.transport.destroy(error));
    // This listener must be the first, before that of the TLS socket, which passes the FIN on.
    this.transport.on('end', () => {
      this.#hasFinPassed = true;
    });
  }

  /** Call it with the new TLS socket over {@link transport}. */
  watch(secure: TLSSocket): void {
    const push = secure.push.bind(secure);
    secure.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk === null) this.#isProven = !this.#hasFinPassed;
      return push(chunk, encoding);
    };
  }

  /** Whether the end of the data was a close_notify; false before the end. */
  get isProven(): boolean {
    return this.#isProven;
  }
}
