import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { GetObjectTaggingCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bucket } from '../../../lambdas/s3/bucket.ts';
import { deleteCurrent, tagVersion } from '../../../lambdas/s3/object-versions.ts';
import { crcToBase64 } from '../../../lambdas/s3/upload/crc32.ts';
import * as multipart from '../../../lambdas/s3/upload/multipart-requests.ts';
import type { Precondition } from '../../../lambdas/s3/upload/precondition.ts';
import { putObject } from '../../../lambdas/s3/upload/put-object.ts';
import { type LocalEndpoint, startLocalEndpoint } from '../local/s3/local-endpoint.ts';
import { losingFirstAnswer, newBucket, objectKey, openUploads } from './upload/object-writer-parts.ts';

let endpoint: LocalEndpoint;
beforeAll(async () => {
  endpoint = await startLocalEndpoint();
});
afterAll(() => endpoint.stop());

const key = objectKey('acme/a.csv');
const body = Buffer.from('the new version');
const checksum = crcToBase64(crc32(body));
const metadata = { 'ftps-run': 'run-1' };
const absent: Precondition = { kind: 'absent' };

interface WriteCase {
  /** The command of the SDK whose first answer is lost. */
  readonly command: string;
  readonly situation: string;
  readonly given?: (bucket: Bucket) => Promise<{ readonly etag: string; readonly versionId: string }>;
  /** @returns what the write amounts to. */
  readonly write: (bucket: Bucket, found: { etag: string; versionId: string }) => Promise<unknown>;
}

async function putEarlier({ client, name }: Bucket) {
  const earlier = new PutObjectCommand({ Bucket: name, Key: key, Body: 'earlier' });
  const { ETag = '', VersionId = '' } = await client.send(earlier);
  return { etag: ETag, versionId: VersionId };
}

async function put(bucket: Bucket, precondition: Precondition): Promise<void> {
  await putObject({ bucket, key, body, checksum, metadata, precondition });
}

async function complete(bucket: Bucket, precondition: Precondition): Promise<void> {
  const upload = await multipart.createUpload({ bucket, key }, metadata);
  const part = await multipart.uploadPart(upload, 1, body);
  const whole = { sizeBytes: body.length, checksum, precondition };
  await multipart.completeUpload(upload, [part], {
    ...whole,
    isOwnObject: (object) => object.metadata['ftps-run'] === 'run-1',
  });
}

const cases: readonly WriteCase[] = [
  { command: 'PutObjectCommand', situation: 'of a new object', write: (bucket) => put(bucket, absent) },
  {
    command: 'PutObjectCommand',
    situation: 'that replaces a version',
    given: putEarlier,
    write: (bucket, { etag }) => put(bucket, { kind: 'replaces', etag }),
  },
  {
    command: 'CompleteMultipartUploadCommand',
    situation: 'of a new object',
    write: (bucket) => complete(bucket, absent),
  },
  {
    command: 'CompleteMultipartUploadCommand',
    situation: 'that replaces a version',
    given: putEarlier,
    write: (bucket, { etag }) => complete(bucket, { kind: 'replaces', etag }),
  },
  {
    command: 'CreateMultipartUploadCommand',
    situation: 'whose first upload stays open until the next run or the lifecycle rule aborts it',
    write: async (bucket) => {
      const upload = await multipart.createUpload({ bucket, key }, metadata);
      await multipart.abortOtherUploads(upload, upload.uploadId);
      return { parts: await multipart.listParts(upload), open: await openUploads(bucket) };
    },
  },
  {
    command: 'UploadPartCommand',
    situation: 'of an open upload',
    write: async (bucket) => {
      const upload = await multipart.createUpload({ bucket, key }, metadata);
      await multipart.uploadPart(upload, 1, body);
      return multipart.listParts(upload);
    },
  },
  {
    command: 'AbortMultipartUploadCommand',
    situation: 'of an open upload',
    write: async (bucket) => {
      const upload = await multipart.createUpload({ bucket, key }, metadata);
      await multipart.abortUpload(upload);
      return openUploads(bucket);
    },
  },
  {
    command: 'DeleteObjectCommand',
    situation: 'of the current version',
    given: putEarlier,
    write: (bucket, { etag }) => deleteCurrent(bucket, { key, etag }),
  },
  {
    command: 'PutObjectTaggingCommand',
    situation: 'of a version',
    given: putEarlier,
    write: async (bucket, { versionId }) => {
      await tagVersion(bucket, { key, versionId }, { Key: 'delivered', Value: 'yes' });
      const request = { Bucket: bucket.name, Key: key, VersionId: versionId };
      return (await bucket.client.send(new GetObjectTaggingCommand(request))).TagSet;
    },
  },
];

describe('a write whose first answer is lost leaves the bucket as one that is answered', () => {
  it.each(cases)('$command $situation', async ({ command, given, write }) => {
    const answered = await newBucket(endpoint);
    const lost = await newBucket(endpoint);
    const none = { etag: '', versionId: '' };

    const expected = await write(answered, (await given?.(answered)) ?? none);
    const actual = await write(losingFirstAnswer(lost, endpoint, command), (await given?.(lost)) ?? none);

    expect(actual).toEqual(expected);
    expect(await versionsOf(lost)).toEqual(await versionsOf(answered));
  });
});

describe('the code of lambdas/s3', () => {
  const folder = join(import.meta.dirname, '../../../lambdas/s3');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'));

  it('sends no write that is not tested here', () => {
    const sent = sources.flatMap((source) => source.match(/(?<=new )\w+Command(?=\()/g) ?? []);

    const writes = new Set(sent.filter((command) => !/^(?:Get|Head|List)/.test(command)));

    expect([...writes].toSorted()).toEqual([...new Set(cases.map(({ command }) => command))].toSorted());
  });

  it('publishes under a precondition only where it recognizes its own success', () => {
    const publishing = sources.filter((source) => source.includes('...preconditionHeaders('));

    expect(publishing).toHaveLength(2);
    for (const source of publishing) expect(source).toContain('return publishOnce(');
  });
});

async function versionsOf({ name, client }: Bucket): Promise<unknown> {
  const { Versions = [], DeleteMarkers = [] } = await client.send(
    new ListObjectVersionsCommand({ Bucket: name }),
  );
  return {
    versions: Versions.map(({ Key, Size, ETag, IsLatest }) => ({ Key, Size, ETag, IsLatest })),
    markers: DeleteMarkers.map(({ Key, IsLatest }) => ({ Key, IsLatest })),
  };
}
