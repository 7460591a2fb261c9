import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bucket } from '../../../lambdas/s3/bucket.ts';
import { headObject } from '../../../lambdas/s3/head-object.ts';
import { listObjectsAfter } from '../../../lambdas/s3/list-objects.ts';
import { currentObject, readVersion } from '../../../lambdas/s3/object-versions.ts';
import { readRange } from '../../../lambdas/s3/read-range.ts';
import { StorageError } from '../../../lambdas/s3/storage-error.ts';
import { abortOtherUploads, createUpload, listParts } from '../../../lambdas/s3/upload/multipart-requests.ts';
import { objectKey } from './upload/object-writer-parts.ts';

/** What the server answers next. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let answer: Answer = { status: 200, headers: {}, body: '' };
let server: Server;
let bucket: Bucket;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(answer.status, answer.headers).end(request.method === 'HEAD' ? '' : answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  bucket = { name: 'bucket', client };
});

afterAll(async () => {
  bucket.client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const real = [
  '<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>5</Size></Contents></ListBucketResult>',
  '<?xml version="1.0"?><ListPartsResult><IsTruncated>false</IsTruncated><Part><PartNumber>1</PartNumber><Size>5</Size><ETag>"e"</ETag></Part></ListPartsResult>',
  '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>No.</Message></Error>',
  '<?xml version="1.0"?><Error><Code>SlowDown</Code></Error>',
  '<html><body>502 Bad Gateway</body></html>',
  '{"message": "not XML"}',
  '',
];
/** Without dates: for an invalid one the SDK (3.1162.0) drops the body, whose error then ends the process. */
const answers: fc.Arbitrary<Answer> = fc.record({
  status: fc.constantFrom(200, 204, 206, 301, 400, 403, 404, 409, 412, 416, 500, 503),
  headers: fc.dictionary(
    fc.constantFrom('etag', 'x-amz-version-id', 'x-amz-meta-ftps-path', 'x-amz-checksum-crc32'),
    fc.constantFrom('', '"e"', 'v1', '%FF', '-1', 'AAAA'),
  ),
  body: fc
    .tuple(fc.constantFrom(...real), fc.double({ min: 0, max: 1, noNaN: true }), fc.string({ maxLength: 20 }))
    .map(([body, at, inserted]) => {
      const position = Math.floor(at * body.length);
      return body.slice(0, position) + inserted + body.slice(position + inserted.length);
    }),
});

const key = objectKey('a');

/** Reads to the end, or to the error that the reader of a stream gets: a wrong checksum. */
async function drain(stream: Readable): Promise<void> {
  await finished(stream.resume()).catch(() => undefined);
}

describe('An answer of S3 that makes no sense is a StorageError, or a value', () => {
  test.each([
    ['headObject', () => headObject(bucket, key)],
    ['currentObject', () => currentObject(bucket, key)],
    ['listObjectsAfter', () => listObjectsAfter(bucket, 'a', '')],
    ['readRange', () => readRange(bucket, { key, start: 0, length: 5 })],
    ['readVersion', async () => drain(await readVersion(bucket, { key, versionId: 'v' }))],
    ['createUpload', () => createUpload({ bucket, key }, {})],
    ['listParts', () => listParts({ bucket, key, uploadId: 'u' })],
    ['abortOtherUploads', () => abortOtherUploads({ bucket, key })],
  ])('for %s', async (_name, request) => {
    await fc.assert(
      fc.asyncProperty(answers, async (next) => {
        answer = next;
        const error: unknown = await request().then(
          () => undefined,
          (cause: unknown) => cause,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(StorageError);
      }),
      { numRuns: 60 },
    );
  });
});
