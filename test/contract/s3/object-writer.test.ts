import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  CreateMultipartUploadCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64OfCrc } from '../../../lambdas/s3/base64-of-crc.ts';
import type { Bucket } from '../../../lambdas/s3/bucket.ts';
import { sha256OfObject } from '../../../lambdas/s3/hash-object.ts';
import { lookAtObject } from '../../../lambdas/s3/look-at-object.ts';
import { type LocalEndpoint, startLocalEndpoint } from './local-endpoint.ts';
import {
  content,
  losingFirstAnswer,
  mebibyte,
  newBucket,
  objectKey,
  openUploads,
  partBytes,
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

    const stored = await lookAtObject(bucket, own);
    expect(published).toMatchObject({ sizeBytes: size.sizeBytes, sha256: sha256(bytes) });
    expect(stored).toEqual({
      etag: published.etag,
      versionId: published.versionId,
      sizeBytes: size.sizeBytes,
      crc32: base64OfCrc(crc32(bytes)),
      metadata: { 'ftps-run': 'run-1' },
      storedAt: expect.any(Date),
    });
    expect(await sha256OfObject(bucket, own, published.etag)).toBe(sha256(bytes));
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
    expect(await sha256OfObject(bucket, own, published.etag)).toBe(sha256(bytes));
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

    const seen = await lookAtObject(bucket, own);

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
    expect(await lookAtObject(own, key)).toBeUndefined();
    expect(budget.heldBytes).toBe(0);
  });

  it('it can be aborted while a write still waits for memory, which others then have', async () => {
    const own = await newBucket(endpoint);
    const budget = new WatchedBudget(partBytes);
    const other = await budget.reserve(partBytes);
    const writer = writerOf(own, { expectedBytes: partBytes, budget });
    const refused = expect(writer.write(content(100))).rejects.toThrow('was given up');

    await writer.abort();
    other.release();

    await refused;
    expect(budget.heldBytes).toBe(0);
  });

  it('it can be aborted while its upload is being begun, which leaves none open', async () => {
    const own = await newBucket(endpoint);
    const budget = new WatchedBudget(4 * partBytes);
    const writer = writerOf(own, { expectedBytes: 3 * partBytes, budget });
    await writeAll(writer, content(partBytes), partBytes);
    const refused = expect(writer.write(content(10))).rejects.toThrow('was given up');

    await writer.abort();

    await refused;
    expect(await openUploads(own)).toBe(0);
    expect(budget.heldBytes).toBe(0);
  });

  it('nothing more can be done with it once it is aborted', async () => {
    const writer = writerOf(bucket, { key: objectKey('aborted') });
    await writer.write(content(10));
    await writer.abort();

    const committing = writer.commit();

    await expect(committing).rejects.toThrow('The writing of aborted was given up.');
    expect(await lookAtObject(bucket, objectKey('aborted'))).toBeUndefined();
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

    await expect(committing).rejects.toMatchObject({ name: 'StorageError', fault: 'conflict' });
    await second?.abort();
    expect(await sha256OfObject(bucket, own, (await lookAtObject(bucket, own))?.etag ?? '')).toBe(
      sha256(bytes),
    );
  });

  it('that a version is at the key replaces that version, and keeps it as an older one', async () => {
    const own = objectKey('replaced');
    const first = writerOf(bucket, { key: own });
    await first.write(Buffer.from('old'));
    const { etag } = await first.commit();
    const second = writerOf(bucket, { key: own, precondition: { kind: 'replaces', etag } });
    await second.write(Buffer.from('new!'));

    await second.commit();

    expect((await lookAtObject(bucket, own))?.sizeBytes).toBe(4);
    expect(await versionsOf(own)).toBe(2);
  });

  it('that a version is at the key does not replace another one', async () => {
    const own = objectKey('not replaced');
    await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key: own, Body: 'somebody else' }));
    const writer = writerOf(bucket, { key: own, precondition: { kind: 'replaces', etag: '"another"' } });
    await writer.write(Buffer.from('new'));

    const committing = writer.commit();

    await expect(committing).rejects.toMatchObject({ fault: 'conflict' });
    expect((await lookAtObject(bucket, own))?.sizeBytes).toBe('somebody else'.length);
  });
});

describe('an answer that is lost', () => {
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
    expect(published.etag).toBe((await lookAtObject(bucket, own))?.etag);
    expect(await versionsOf(own)).toBe(1);
  });

  it('to a part does not put the part in twice', async () => {
    const own = objectKey('lost/part');
    const bytes = content(2 * partBytes + 5);
    const writer = writerOf(losingFirstAnswer(bucket, endpoint, 'UploadPartCommand'), { key: own });
    await writeAll(writer, bytes);

    const published = await writer.commit();

    expect(await sha256OfObject(bucket, own, published.etag)).toBe(sha256(bytes));
  });
});

describe('what a killed run left open', () => {
  it('at the key is removed by the next, and what is open at other keys stays', async () => {
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

describe('a bucket that is not there', () => {
  it.each([
    ['put whole', 10],
    ['of several parts', 3 * partBytes],
  ])('fails an object %s with the bucket in the message, and no memory is kept', async (_, sizeBytes) => {
    const budget = new WatchedBudget(4 * partBytes);
    const writer = writerOf({ ...bucket, name: 'no-such-bucket' }, { budget, expectedBytes: sizeBytes });

    const writing = writeAll(writer, content(sizeBytes)).then(() => writer.commit());

    await expect(writing).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('no-such-bucket'),
    });
    await writer.abort();
    expect(budget.heldBytes).toBe(0);
  });
});
