import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readVersion } from '../../../lambdas/s3/object-versions.ts';
import { waitUntil } from '../../support/wait-until.ts';

let server: Server;
let client: S3Client;

beforeAll(async () => {
  server = createServer((request, response) => {
    // The SDK verifies the checksum that S3 sends, with a stream of its own around the body.
    const headers = { 'content-length': '1000', 'x-amz-checksum-crc32': 'AAAAAA==' };
    response.writeHead(200, headers).write('the beginning');
    setImmediate(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
  });
});
afterAll(async () => {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
});

// A partner may take seconds to accept an upload; until then nobody reads the object.
test('A body that breaks before anybody reads it fails when it is read, and not the process', async () => {
  const body = await readVersion({ name: 'outbox', client }, { key: 'a', versionId: 'v' });
  await waitUntil({ what: 'the body has broken', check: () => body.destroyed });

  const read = Array.fromAsync(body);

  await expect(read).rejects.toThrow(/aborted|Connection lost/);
});
