import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type XmlContent, xmlDocument } from './xml.ts';

/** Bytes of an object, and what keeps their blobs readable until they are sent. */
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
 * Sends the reply; a HEAD request gets its headers alone. Bytes are read as fast as the client takes them.
 * @throws Error where the client has gone, or a blob cannot be read: the connection is then cut, so that nobody takes the bytes
 * sent so far for the whole object.
 */
export async function sendReply(response: ServerResponse, reply: Reply): Promise<void> {
  const { status, headers, body } = reply;
  if (body === undefined || typeof body === 'string') {
    // RFC 9110, 8.6: no Content-Length in a 204; that of a 304 would be the object's.
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
