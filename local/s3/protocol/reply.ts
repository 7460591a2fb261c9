import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type XmlContent, xmlDocument } from './xml.ts';

/** The bytes of an object, and the hold that keeps its blobs readable until they are sent. */
interface ObjectBytes {
  readonly bytes: AsyncIterable<Buffer>;
  readonly held: Disposable;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ObjectBytes | undefined;
}

export function emptyReply(status: number, headers: Reply['headers'] = {}): Reply {
  return { status, headers, body: undefined };
}

export function xmlReply(name: string, content: XmlContent, headers: Reply['headers'] = {}): Reply {
  return {
    status: 200,
    headers: { ...headers, 'content-type': 'application/xml' },
    body: xmlDocument(name, content),
  };
}

/**
 * Sends the reply, with backpressure from the client. A HEAD request receives only the headers.
 * @throws Error when the client disconnects or a blob cannot be read. The connection is closed then, so that
 * the client does not mistake the bytes for the whole object.
 */
export async function sendReply(response: ServerResponse, reply: Reply): Promise<void> {
  const { status, headers, body } = reply;
  if (body === undefined || typeof body === 'string') {
    // RFC 9110, 8.6: a 204 has no Content-Length; in a 304 it would be that of the object.
    const length =
      status === 204 || status === 304 ? {} : { 'content-length': Buffer.byteLength(body ?? '') };
    response.writeHead(status, { ...length, ...headers });
    response.end(body);
    return;
  }
  using _held = body.held;
  response.writeHead(status, { ...headers });
  await pipeline(body.bytes, response);
}
