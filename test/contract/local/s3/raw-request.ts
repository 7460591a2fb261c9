import { once } from 'node:events';
import { type Agent, type IncomingMessage, request } from 'node:http';

interface RawRequest {
  readonly method: string;
  /** Sent unchanged after the address of the server. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly agent?: Agent;
}

interface RawReply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Credentials for a server that does not verify signatures. */
const signed = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20261120/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0',
};

/** Sends requests that the SDK would not send. */
export async function rawRequest(
  url: string,
  { method, path, headers, body, agent }: RawRequest,
): Promise<RawReply> {
  const target = new URL(url);
  const outgoing = request({
    host: target.hostname,
    port: target.port,
    method,
    path,
    headers: { ...signed, ...headers },
    ...(agent === undefined ? {} : { agent }),
  });
  outgoing.end(body);
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  if (response === undefined) throw new Error('no response');
  const text = (await response.toArray()).join('');
  return { status: response.statusCode ?? 0, headers: response.headers, body: text };
}

/**
 * The headers and the body of an upload with its checksum in a trailer, in chunks of at most `chunkBytes`.
 */
export function chunkedUpload(content: Buffer, trailer: string, chunkBytes: number) {
  const chunks: Buffer[] = [];
  for (let start = 0; start < content.length; start += chunkBytes) {
    const chunk = content.subarray(start, start + chunkBytes);
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  const [name = ''] = trailer.split(':');
  return {
    headers: {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': String(content.length),
      'x-amz-trailer': name,
    },
    body: Buffer.concat([...chunks, Buffer.from(`0\r\n${trailer}\r\n\r\n`)]),
  };
}
