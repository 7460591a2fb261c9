import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListPartsCommand,
  type ListPartsCommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Clause } from '../contract-suite.ts';
import { begin, partBytes } from './begin-upload.ts';
import { crc32Base64 } from './crc32-base64.ts';
import { bytesOf, faultOf } from './reading.ts';

/** One more than a page of S3 holds. */
const manyParts = 1_001;

/** What an upload over many invocations resumes from. */
export const multipartProgressClauses: readonly Clause[] = [
  {
    title: 'the parts of an upload of many parts are listed in pages of a thousand, each with its checksum',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      const numbers = Array.from({ length: manyParts }, (_, index) => index + 1);
      await inParallel(numbers.toReversed(), (number) => upload.part(number, Buffer.from(`part ${number}`)));

      const pages = await partPages(client, upload.target);

      expect(pages.map(({ Parts = [] }) => Parts.length)).toEqual([1_000, 1]);
      expect(
        pages.flatMap(({ Parts = [] }) =>
          Parts.map(({ PartNumber, ChecksumCRC32 }) => [PartNumber, ChecksumCRC32]),
        ),
      ).toEqual(numbers.map((number) => [number, crc32Base64(Buffer.from(`part ${number}`))]));
    },
  },
  {
    title: 'an upload is completed with the listed parts and checksums, some of them sent twice',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: true });
      const contents = [randomBytes(partBytes), randomBytes(partBytes), randomBytes(100)];
      const whole = Buffer.concat(contents);
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      for (const [index, number] of [2, 0, 1, 2, 0].entries()) {
        await upload.part(number + 1, index < 2 ? randomBytes(partBytes) : contents[number]);
      }
      const { Parts = [] } = await client.send(new ListPartsCommand(upload.target));

      const done = await upload.complete(
        Parts.map(({ PartNumber, ETag, ChecksumCRC32 }) => ({ PartNumber, ETag, ChecksumCRC32 })),
        { ChecksumCRC32: crc32Base64(whole), MpuObjectSize: whole.length },
      );

      expect((await bytesOf(client, bucket, 'big')).equals(whole)).toBe(true);
      expect(done.ChecksumCRC32).toBe(crc32Base64(whole));
      expect(done.VersionId).toMatch(/./);
    },
  },
  {
    title: 'a part that is sent again replaces the one before',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      const before = await upload.part(1, Buffer.from('before'));
      const after = await upload.part(1, Buffer.from('after'));

      const error = await faultOf(upload.complete([before], {}));
      await upload.complete([after], {});

      expect(error).toEqual({ name: 'InvalidPart', status: 400 });
      expect((await bytesOf(client, bucket, 'big')).toString()).toBe('after');
    },
  },
  {
    title: 'an upload with an ETag replaces the object with that ETag only',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: true });
      const { ETag: IfMatch } = await client.send(
        new PutObjectCommand({ Bucket, Key: 'big', Body: 'as known' }),
      );
      const [upload, late] = [
        await begin(client, Bucket, { ChecksumType: 'FULL_OBJECT' }),
        await begin(client, Bucket, { ChecksumType: 'FULL_OBJECT' }),
      ];
      const [part, latePart] = [
        await upload.part(1, Buffer.from('new')),
        await late.part(1, Buffer.from('late')),
      ];

      await upload.complete([part], { IfMatch });
      const error = await faultOf(late.complete([latePart], { IfMatch }));

      expect(error).toEqual({ name: 'PreconditionFailed', status: 412 });
      expect((await bytesOf(client, Bucket, 'big')).toString()).toBe('new');
    },
  },
  {
    title: 'the parts of a completed or aborted upload are not listed',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      await upload.complete([await upload.part(1, Buffer.from('x'))], {});

      const error = await faultOf(client.send(new ListPartsCommand(upload.target)));

      expect(error).toEqual({ name: 'NoSuchUpload', status: 404 });
    },
  },
  {
    title: 'uploads are listed in the order of their keys, oldest first for one key',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const ids = await beginAll(client, Bucket, ['a', 'b']);
      // Not every server distinguishes two uploads that began within one second.
      await sleep(1_100);
      ids.push(...(await beginAll(client, Bucket, ['b', 'c'])));

      const listed = await uploadsInPages(client, Bucket, 1_000);

      expect(listed).toEqual(ids);
    },
  },
  {
    title: 'uploads are listed page by page, also those of one key',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const ids = await beginAll(client, Bucket, ['a', 'b', 'b', 'b', 'b', 'c']);

      const listed = await uploadsInPages(client, Bucket, 2);

      expect(listed).toEqual(ids);
    },
  },
  {
    title: 'a range of an older version can be read',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: true });
      const put = (Body: string) => client.send(new PutObjectCommand({ Bucket, Key: 'k', Body }));
      const { VersionId } = await put('0123456789');
      await put('abc');

      const range = await client.send(
        new GetObjectCommand({ Bucket, Key: 'k', VersionId, Range: 'bytes=4-6' }),
      );

      expect(await range.Body?.transformToString()).toBe('456');
      expect(range).toMatchObject({ VersionId, ContentLength: 3, ContentRange: 'bytes 4-6/10' });
    },
  },
];

/** Few enough that no server refuses one. */
const atOnce = 16;

async function inParallel<T>(values: readonly T[], work: (value: T) => Promise<unknown>): Promise<void> {
  const waiting = values.values();
  const worker = async () => {
    for (const value of waiting) await work(value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function partPages(
  client: S3Client,
  target: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined },
): Promise<readonly ListPartsCommandOutput[]> {
  const pages: ListPartsCommandOutput[] = [];
  let marker: { readonly PartNumberMarker?: string } | undefined = {};
  while (marker !== undefined) {
    const page: ListPartsCommandOutput = await client.send(new ListPartsCommand({ ...target, ...marker }));
    pages.push(page);
    const { NextPartNumberMarker: next = '' } = page;
    marker = page.IsTruncated === true ? { PartNumberMarker: next } : undefined;
  }
  return pages;
}

/** Begins an upload for each key, one after the other. @returns their ids. */
async function beginAll(client: S3Client, Bucket: string, keys: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const Key of keys) {
    const { target } = await begin(client, Bucket, { ChecksumType: 'FULL_OBJECT', Key });
    ids.push(target.UploadId ?? '');
  }
  return ids;
}

async function uploadsInPages(client: S3Client, Bucket: string, MaxUploads: number): Promise<string[]> {
  const ids: string[] = [];
  let markers: { readonly KeyMarker?: string; readonly UploadIdMarker?: string } | undefined = {};
  while (markers !== undefined) {
    const page: ListMultipartUploadsCommandOutput = await client.send(
      new ListMultipartUploadsCommand({ Bucket, MaxUploads, ...markers }),
    );
    ids.push(...(page.Uploads ?? []).map(({ UploadId = '' }) => UploadId));
    const { NextKeyMarker: KeyMarker = '', NextUploadIdMarker: UploadIdMarker = '' } = page;
    markers = page.IsTruncated === true ? { KeyMarker, UploadIdMarker } : undefined;
  }
  return ids;
}
