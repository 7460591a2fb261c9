import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, expect, test, vi } from 'vitest';
import { type Bucket, openBucket } from '../../../lambdas/s3/bucket.ts';

afterEach(() => vi.unstubAllEnvs());

test('the bytes of a body are not hashed for the signature', async () => {
  const headers = await headersOfPut();

  expect(headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
});

test('the checksum that S3 verifies is signed', async () => {
  const headers = await headersOfPut();

  expect(headers['x-amz-checksum-crc32']).toBe('yWj2vQ==');
  expect(headers.authorization).toMatch(/SignedHeaders=[^,]*x-amz-checksum-crc32/);
});

test('a large body is sent in chunks, and whole again by a retry', async () => {
  const body = Buffer.alloc(3 * 1024 * 1024 + 5, 'abc');
  const received: string[] = [];
  let largest = 0;
  const watch = <Call extends { readonly request: unknown }, Answer>(next: (call: Call) => Answer) => {
    return (call: Call): Answer => {
      const { body: sent } = call.request as { body?: unknown };
      if (!(sent instanceof Readable)) return next(call);
      sent.on('data', (chunk: Buffer) => {
        largest = Math.max(largest, chunk.length);
      });
      sent.pause();
      return next(call);
    };
  };
  const put = { Bucket: 'inbox', Key: 'k', Body: body, ChecksumCRC32: 'yWj2vQ==' };
  await usingServer(
    async (request, response) => {
      const bytes = await buffer(request);
      received.push(createHash('sha256').update(bytes).digest('hex'));
      response.writeHead(received.length === 1 ? 500 : 200).end();
    },
    async ({ client }) => {
      const place = { relation: 'after', toMiddleware: 'sendInChunks', name: 'watch' } as const;
      client.middlewareStack.addRelativeTo(watch, place);
      await client.send(new PutObjectCommand(put));
    },
  );

  const whole = createHash('sha256').update(body).digest('hex');
  expect(received).toEqual([whole, whole]);
  expect(largest).toBe(256 * 1024);
});

/** Puts four bytes with their checksum, and tells what a server sees of it. */
async function headersOfPut(): Promise<IncomingHttpHeaders> {
  const seen: IncomingHttpHeaders[] = [];
  await usingServer(
    (request, response) => {
      seen.push(request.headers);
      request.resume().on('end', () => response.end());
    },
    async ({ client, name: Bucket }) => {
      const put = { Bucket, Key: 'k', Body: Buffer.from('body'), ChecksumCRC32: 'yWj2vQ==' };
      await client.send(new PutObjectCommand(put));
    },
  );
  return seen[0] ?? {};
}

async function usingServer(listener: RequestListener, use: (bucket: Bucket) => Promise<void>): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'somebody');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const bucket = openBucket('inbox');
  try {
    await use(bucket);
  } finally {
    bucket.client.destroy();
    server.close();
  }
}
