import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partLength } from '../../../../lambdas/core/plan/part-grid.ts';
import type { Bucket } from '../../../../lambdas/s3/bucket.ts';
import { headObject } from '../../../../lambdas/s3/head-object.ts';
import { combinePartCrcs, crcToBase64 } from '../../../../lambdas/s3/upload/crc32.ts';
import {
  abortOtherUploads,
  abortUpload,
  completeUpload,
  createUpload,
  listParts,
  type OpenUpload,
  uploadPart,
} from '../../../../lambdas/s3/upload/multipart-requests.ts';
import { PartRangeWriter } from '../../../../lambdas/s3/upload/part-range-writer.ts';
import { type LocalEndpoint, startLocalEndpoint } from '../../local/s3/local-endpoint.ts';
import {
  content,
  losingFirstAnswer,
  mebibyte,
  newBucket,
  objectKey,
  openUploads,
  WatchedBudget,
} from './object-writer-parts.ts';

let endpoint: LocalEndpoint;
let bucket: Bucket;

beforeAll(async () => {
  endpoint = await startLocalEndpoint();
});
afterAll(() => endpoint.stop());

async function begun(key = 'acme/big.bin'): Promise<OpenUpload> {
  bucket = await newBucket(endpoint);
  return createUpload({ bucket, key: objectKey(key) }, { 'ftps-run': 'run-1' });
}

describe('the parts of an upload', () => {
  it('are listed over several pages', async () => {
    const upload = await begun();
    const numbers = Array.from({ length: 1003 }, (_, index) => index + 1);
    for (const number of numbers) await uploadPart(upload, number, Buffer.from(String(number)));

    const listed = await listParts(upload);

    expect(listed?.map(({ number }) => number)).toEqual(numbers);
  });

  it('are listed with their sizes and checksums, within a range if one is given', async () => {
    const upload = await begun();
    for (const number of [1, 2, 4, 5]) await uploadPart(upload, number, Buffer.from(`part ${number}`));

    const listed = await listParts(upload, { firstPart: 2, lastPart: 4 });

    const expected = [2, 4].map((number) => {
      return { number, sizeBytes: 6, crc32: crcToBase64(crc32(`part ${number}`)) };
    });
    expect(listed).toMatchObject(expected);
    expect(listed).toHaveLength(2);
  });

  it('of an upload that no longer exists are undefined, not none', async () => {
    const upload = await begun();

    expect(await listParts(upload)).toEqual([]);
    await abortUpload(upload);
    expect(await listParts(upload)).toBeUndefined();
  });
});

describe('an upload whose parts were sent by several functions', () => {
  const first = content(6 * mebibyte);
  const second = content(1000);
  const whole = Buffer.concat([first, second]);
  const checksum = crcToBase64(crc32(whole));
  const wanted = { sizeBytes: whole.length, checksum, precondition: { kind: 'absent' } } as const;

  async function sent(key: string) {
    const upload = await begun(key);
    await uploadPart(upload, 2, second);
    await uploadPart(upload, 1, first);
    return { upload, parts: (await listParts(upload)) ?? [] };
  }

  it('has the CRC-32 of the whole, combined from those of its parts', async () => {
    const { parts } = await sent('acme/crc.bin');

    expect(combinePartCrcs(parts)).toBe(checksum);
  });

  it('becomes one object with that checksum', async () => {
    const { upload, parts } = await sent('acme/one.bin');

    const published = await completeUpload(upload, parts, { ...wanted, isOwnObject: () => true });

    const there = await headObject(bucket, upload.key);
    expect(there).toMatchObject({ etag: published.etag, sizeBytes: whole.length, crc32: checksum });
  });

  it('succeeds if only the response was lost', async () => {
    const { upload, parts } = await sent('acme/lost.bin');
    const losing = losingFirstAnswer(bucket, endpoint, 'CompleteMultipartUploadCommand');

    const published = await completeUpload({ ...upload, bucket: losing }, parts, {
      ...wanted,
      isOwnObject: ({ metadata }) => metadata['ftps-run'] === 'run-1',
    });

    expect(published.etag).toBe((await headObject(bucket, upload.key))?.etag);
  });

  it('is a conflict if the upload no longer exists and another object is at the key', async () => {
    const { upload, parts } = await sent('acme/gone.bin');
    await abortUpload(upload);

    const publishing = completeUpload(upload, parts, { ...wanted, isOwnObject: () => true });

    await expect(publishing).rejects.toMatchObject({ kind: 'conflict' });
  });
});

it('Open uploads at a key are aborted, except the one to keep', async () => {
  const kept = await begun('acme/kept.bin');
  const other = await createUpload(kept, {});
  const neighbour = await createUpload({ bucket, key: objectKey('acme/kept.bin.2') }, {});

  await abortOtherUploads(kept, kept.uploadId);

  expect(await listParts(kept)).toEqual([]);
  expect(await listParts(other)).toBeUndefined();
  expect(await listParts(neighbour)).toEqual([]);
  expect(await openUploads(bucket)).toBe(2);
});

describe('a stream of bytes', () => {
  const partBytes = 6 * mebibyte;
  const grid = { sizeBytes: 4 * partBytes + 10, partBytes };
  const bytes = content(grid.sizeBytes);

  function writerOf(upload: OpenUpload, budget: WatchedBudget, changes: { lastPart?: number } = {}) {
    const { lastPart = 5 } = changes;
    return new PartRangeWriter({
      upload,
      budget,
      firstPart: 2,
      partLength: (part) => partLength(grid, part),
      mayBegin: (part) => part <= lastPart,
      isHeld: (part) => part === 5,
      onSent: () => undefined,
    });
  }

  async function write(writer: PartRangeWriter, until: number) {
    const chunkBytes = 700_001;
    for (let from = partBytes; from < until && !writer.hasEnough; from += chunkBytes) {
      await writer.write(bytes.subarray(from, Math.min(until, from + chunkBytes)));
    }
  }

  const numbersOf = async (upload: OpenUpload) => (await listParts(upload))?.map(({ number }) => number);

  it('is cut into its parts, and the last one is sent only at the end', async () => {
    const upload = await begun();
    const budget = new WatchedBudget(3 * partBytes);
    const writer = writerOf(upload, budget);

    await write(writer, grid.sizeBytes);
    const beforeEnd = writer.hasEnough;
    await writer.finish();

    const crcs = [2, 3, 4, 5].map((part) => {
      const start = (part - 1) * partBytes;
      return crcToBase64(crc32(bytes.subarray(start, start + partBytes)));
    });
    expect(beforeEnd).toBe(false);
    expect((await listParts(upload))?.map((part) => part.crc32)).toEqual(crcs);
    expect(budget.heldBytes).toBe(0);
    expect(budget.mostBytes).toBeLessThanOrEqual(3 * partBytes);
  });

  it('ends if no other part may begin', async () => {
    const upload = await begun();
    const writer = writerOf(upload, new WatchedBudget(3 * partBytes), { lastPart: 3 });

    await write(writer, grid.sizeBytes);
    await writer.finish();

    expect(writer.hasEnough).toBe(true);
    expect(await numbersOf(upload)).toEqual([2, 3]);
  });

  it('that is stopped leaves complete parts, and neither the last one nor a piece of any', async () => {
    const upload = await begun();
    const budget = new WatchedBudget(3 * partBytes);
    const [halfWay, held] = [writerOf(upload, budget), writerOf(upload, budget)];

    await write(halfWay, 3.5 * partBytes);
    await halfWay.stop();
    const afterHalf = await numbersOf(upload);
    await write(held, grid.sizeBytes);
    await held.stop();

    expect(afterHalf).toEqual([2, 3]);
    expect(await numbersOf(upload)).toEqual([2, 3, 4]);
    expect(budget.heldBytes).toBe(0);
  });

  it('fails with the upload', async () => {
    const upload = await begun();
    const budget = new WatchedBudget(3 * partBytes);
    const writer = writerOf(upload, budget);
    await abortUpload(upload);

    const writing = write(writer, grid.sizeBytes).then(() => writer.finish());

    await expect(writing).rejects.toMatchObject({ kind: 'conflict' });
    await writer.stop();
    expect(budget.heldBytes).toBe(0);
  });
});
