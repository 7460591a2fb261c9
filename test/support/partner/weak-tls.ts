import { getDiffieHellman } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** The options of a server whose Diffie-Hellman parameters have 1024 bits (RFC 2409, 6.2). */
export const smallDiffieHellman = {
  maxVersion: 'TLSv1.2',
  ciphers: 'DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0',
  dhParameters: dhParametersPem(),
} as const;

function dhParametersPem(): string {
  const group = getDiffieHellman('modp2');
  const integers = [group.getPrime(), group.getGenerator()].map((number) => {
    // A leading zero keeps the number positive.
    const bytes = (number[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), number]) : number;
    return derElement(0x02, bytes);
  });
  const base64 = derElement(0x30, Buffer.concat(integers)).toString('base64');
  return `-----BEGIN DH PARAMETERS-----\n${base64}\n-----END DH PARAMETERS-----\n`;
}

/** Tag, length and content (X.690, 8.1). */
function derElement(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const header = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

/**
 * An implicit server from before secure renegotiation (RFC 5746): its ServerHello has no extension at all.
 * OpenSSL cannot be made to send that any more.
 */
export async function startLegacyRenegotiation(): Promise<{ readonly port: number } & AsyncDisposable> {
  const body = Buffer.concat([Buffer.from([3, 3]), Buffer.alloc(32, 7), Buffer.from([0, 0xc0, 0x2f, 0])]);
  const hello = Buffer.concat([Buffer.from([2, 0, 0, body.length]), body]);
  const record = Buffer.concat([Buffer.from([0x16, 3, 3, 0, hello.length]), hello]);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(record));
  });
  return { port: await listening(server), [Symbol.asyncDispose]: () => closed(server) };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server must have a port');
  return address.port;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
