import { Readable } from 'node:stream';

/**
 * The body of a GetObject response as a stream. An error before anybody reads is kept for the reader; without
 * a listener, Node.js would end the process.
 * @throws Error where there is no body.
 */
export function bodyStream(body: unknown): Readable {
  if (!(body instanceof Readable)) throw new Error('the response has no body');
  return body.on('error', keepForReader);
}

function keepForReader(): void {
  // The stream keeps the error, and iterating over it throws that error.
}
