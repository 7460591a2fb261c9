import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, expect, test, vi } from 'vitest';
import { openBucket } from '../../../lambdas/s3/bucket.ts';

afterEach(() => vi.unstubAllEnvs());

test('the bytes of a body are not hashed for the signature', async () => {
  const headers = await headersOfPut();

  expect(headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
});

test('the checksum that S3 compares the bytes with is signed', async () => {
  const headers = await headersOfPut();

  expect(headers['x-amz-checksum-crc32']).toBe('yWj2vQ==');
  expect(headers.authorization).toMatch(/SignedHeaders=[^,]*x-amz-checksum-crc32/);
});

/** Puts four bytes with their checksum, and tells what a server sees of it. */
async function headersOfPut(): Promise<IncomingHttpHeaders> {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    request.resume().on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'somebody');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const { client, name: Bucket } = openBucket('inbox');
  try {
    await client.send(
      new PutObjectCommand({ Bucket, Key: 'k', Body: Buffer.from('body'), ChecksumCRC32: 'yWj2vQ==' }),
    );
  } finally {
    client.destroy();
    server.close();
  }
  return seen[0] ?? {};
}
