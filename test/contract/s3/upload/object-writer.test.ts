import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  CreateMultipartUploadCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bucket } from '../../../../lambdas/s3/bucket.ts';
import { hashObject } from '../../../../lambdas/s3/hash-object.ts';
import { headObject } from '../../../../lambdas/s3/head-object.ts';
import { crcToBase64 } from '../../../../lambdas/s3/upload/crc32.ts';
import { type LocalEndpoint, startLocalEndpoint } from '../../local/s3/local-endpoint.ts';
import {
  content,
  losingFirstAnswer,
  mebibyte,
  newBucket,
  objectKey,
  openUploads,
  partBytes,
  refusingPart,
  WatchedBudget,
  writeAll,
  writerOf,
} from './object-writer-parts.ts';

const key = objectKey('acme/a.csv');
let endpoint: LocalEndpoint;
let bucket: Bucket;

beforeAll(async () => {
  endpoint = await startLocalEndpoint();
  bucket = await newBucket(endpoint);
});
afterAll(() => endpoint.stop());

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function versionsOf(name: string): Promise<number> {
  const listed = await bucket.client.send(
    new ListObjectVersionsCommand({ Bucket: bucket.name, Prefix: name }),
  );
  return listed.Versions?.length ?? 0;
}

describe('an object', () => {
  const sizes = [0, 1, partBytes - 1, partBytes, partBytes + 1, 3 * partBytes + 1];
  const chunks = [16 * 1024, 20 * mebibyte];
  const cases = chunks.flatMap((chunkBytes) => sizes.map((sizeBytes) => ({ sizeBytes, chunkBytes })));

  it.each(cases)('of $sizeBytes bytes in chunks of $chunkBytes is what was written', async (size) => {
    const bytes = content(size.sizeBytes);
    const own = objectKey(`sizes/${size.sizeBytes}-${size.chunkBytes}`);
    const writer = writerOf(bucket, { key: own, expectedBytes: size.sizeBytes });
    await writeAll(writer, bytes, size.chunkBytes);

    const published = await writer.commit();

    const stored = await headObject(bucket, own);
    expect(published).toMatchObject({ sizeBytes: size.sizeBytes, sha256: sha256(bytes) });
    expect(stored).toEqual({
      etag: published.etag,
      versionId: published.versionId,
      sizeBytes: size.sizeBytes,
      crc32: crcToBase64(crc32(bytes)),
      metadata: { 'ftps-run': 'run-1' },
      storedAt: expect.any(Date),
    });
    expect(await hashObject(bucket, own, published.etag)).toBe(sha256(bytes));
  });

  it.each([
    ['longer than listed', 100, 2 * partBytes + 5],
    ['of an unknown size', 0, partBytes + 5],
    ['shorter than listed', 5 * partBytes, 100],
  ])('%s is whole all the same', async (title, expectedBytes, sizeBytes) => {
    const bytes = content(sizeBytes);
    const own = objectKey(`guessed/${title}`);
    const writer = writerOf(bucket, { key: own, expectedBytes });
    await writeAll(writer, bytes, 100_000);

    const published = await writer.commit();

    expect(published.sizeBytes).toBe(sizeBytes);
    expect(await hashObject(bucket, own, published.etag)).toBe(sha256(bytes));
  });
});

describe('before it is committed', () => {
  it.each([
    ['put whole', 1000],
    ['of several parts', 3 * partBytes],
  ])('nothing of an object %s is visible', async (title, sizeBytes) => {
    const own = objectKey(`uncommitted/${title}`);
    const writer = writerOf(bucket, { key: own, expectedBytes: sizeBytes });
    await writeAll(writer, content(sizeBytes));

    const seen = await headObject(bucket, own);

    expect(seen).toBeUndefined();
    await writer.abort();
  });

  it('it can be aborted, and leaves nothing open, nothing visible and no memory held', async () => {
    const own = await newBucket(endpoint);
    const budget = new WatchedBudget(4 * partBytes);
    const writer = writerOf(own, { expectedBytes: 3 * partBytes, budget });
    await writeAll(writer, content(2 * partBytes + 10));
    const openBefore = await openUploads(own);

    await writer.abort();

    expect([openBefore, await openUploads(own)]).toEqual([1, 0]);
    expect(await headObject(own, key)).toBeUndefined();
    expect(budget.heldBytes).toBe(0);
  });

  it('it can be aborted while a write waits for memory, which others get then', async () => {
    const own = await newBucket(endpoint);
    const budget = new WatchedBudget(partBytes);
    const other = await budget.reserve(partBytes);
    const writer = writerOf(own, { expectedBytes: partBytes, budget });
    const refused = expect(writer.write(content(100))).rejects.toThrow('was aborted');

    await writer.abort();
    other.release();

    await refused;
    expect(budget.heldBytes).toBe(0);
  });

  it('it can be aborted while its upload is being created, which leaves none open', async () => {
    const own = await newBucket(endpoint);
    const budget = new WatchedBudget(4 * partBytes);
    const writer = writerOf(own, { expectedBytes: 3 * partBytes, budget });
    await writeAll(writer, content(partBytes), partBytes);
    const refused = expect(writer.write(content(10))).rejects.toThrow('was aborted');

    await writer.abort();

    await refused;
    expect(await openUploads(own)).toBe(0);
    expect(budget.heldBytes).toBe(0);
  });

  it('it cannot be used any more once it is aborted', async () => {
    const writer = writerOf(bucket, { key: objectKey('aborted') });
    await writer.write(content(10));
    await writer.abort();

    const committing = writer.commit();

    await expect(committing).rejects.toThrow('The upload of aborted was aborted.');
    expect(await headObject(bucket, objectKey('aborted'))).toBeUndefined();
  });
});

describe('the precondition', () => {
  it.each([
    ['put whole', 1000],
    ['of several parts', partBytes + 1000],
  ])('that nothing is at the key lets the first object %s win', async (title, sizeBytes) => {
    const own = objectKey(`first/${title}`);
    const [first, second] = ['run-1', 'run-2'].map((run) =>
      writerOf(bucket, { key: own, metadata: { 'ftps-run': run } }),
    );
    const bytes = content(sizeBytes);
    await writeAll(first ?? writerOf(bucket), bytes);
    await first?.commit();
    await writeAll(second ?? writerOf(bucket), content(sizeBytes));

    const committing = second?.commit();

    await expect(committing).rejects.toMatchObject({ name: 'StorageError', kind: 'conflict' });
    await second?.abort();
    expect(await hashObject(bucket, own, (await headObject(bucket, own))?.etag ?? '')).toBe(sha256(bytes));
  });

  it('that a version is at the key replaces that version, and keeps it as an older one', async () => {
    const own = objectKey('replaced');
    const first = writerOf(bucket, { key: own });
    await first.write(Buffer.from('old'));
    const { etag } = await first.commit();
    const second = writerOf(bucket, { key: own, precondition: { kind: 'replaces', etag } });
    await second.write(Buffer.from('new!'));

    await second.commit();

    expect((await headObject(bucket, own))?.sizeBytes).toBe(4);
    expect(await versionsOf(own)).toBe(2);
  });

  it('that a version is at the key does not replace another one', async () => {
    const own = objectKey('not replaced');
    await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key: own, Body: 'somebody else' }));
    const writer = writerOf(bucket, { key: own, precondition: { kind: 'replaces', etag: '"another"' } });
    await writer.write(Buffer.from('new'));

    const committing = writer.commit();

    await expect(committing).rejects.toMatchObject({ kind: 'conflict' });
    expect((await headObject(bucket, own))?.sizeBytes).toBe('somebody else'.length);
  });
});

describe('a lost response', () => {
  it.each([
    ['put whole', 'PutObjectCommand', 1000],
    ['of several parts', 'CompleteMultipartUploadCommand', partBytes + 1000],
  ])('leaves an object %s there once, and the commit is a success', async (title, command, sizeBytes) => {
    const own = objectKey(`lost/${title}`);
    const bytes = content(sizeBytes);
    const writer = writerOf(losingFirstAnswer(bucket, endpoint, command), { key: own });
    await writeAll(writer, bytes);

    const published = await writer.commit();

    expect(published).toMatchObject({ sizeBytes, sha256: sha256(bytes) });
    expect(published.etag).toBe((await headObject(bucket, own))?.etag);
    expect(await versionsOf(own)).toBe(1);
  });

  it('to a part does not store the part twice', async () => {
    const own = objectKey('lost/part');
    const bytes = content(2 * partBytes + 5);
    const writer = writerOf(losingFirstAnswer(bucket, endpoint, 'UploadPartCommand'), { key: own });
    await writeAll(writer, bytes);

    const published = await writer.commit();

    expect(await hashObject(bucket, own, published.etag)).toBe(sha256(bytes));
  });
});

describe('a last part that S3 refuses', () => {
  it('fails the commit with its own error, and S3 is not asked to complete the upload', async () => {
    const refusing = refusingPart(bucket, endpoint, 3);
    const own = objectKey('refused/last-part');
    const writer = writerOf(refusing.bucket, { key: own, expectedBytes: 2 * partBytes + 5 });
    await writeAll(writer, content(2 * partBytes + 5));

    const committing = writer.commit();

    await expect(committing).rejects.toThrow('Could not upload part 3');
    expect(refusing.sent).not.toContain('CompleteMultipartUploadCommand');
    await writer.abort();
  });
});

describe('an upload that a killed run left open', () => {
  it('is removed by the next run at its key, and kept at other keys', async () => {
    const own = await newBucket(endpoint);
    for (const Key of [key, `${key}.more`]) {
      const { UploadId } = await own.client.send(new CreateMultipartUploadCommand({ Bucket: own.name, Key }));
      const part = { Bucket: own.name, Key, UploadId, PartNumber: 1, Body: content(100) };
      await own.client.send(new UploadPartCommand(part));
    }
    const writer = writerOf(own);
    await writeAll(writer, content(partBytes + 1));

    await writer.commit();

    expect(await openUploads(own)).toBe(1);
  });
});

describe('a missing bucket', () => {
  it.each([
    ['put whole', 10],
    ['of several parts', 3 * partBytes],
  ])('fails an object %s with the bucket in the message, and no memory is kept', async (_, sizeBytes) => {
    const budget = new WatchedBudget(4 * partBytes);
    const writer = writerOf({ ...bucket, name: 'no-such-bucket' }, { budget, expectedBytes: sizeBytes });

    const writing = writeAll(writer, content(sizeBytes)).then(() => writer.commit());

    await expect(writing).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('no-such-bucket'),
    });
    await writer.abort();
    expect(budget.heldBytes).toBe(0);
  });
});
