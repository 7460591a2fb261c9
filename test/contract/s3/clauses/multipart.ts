import { createHash, randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Clause } from '../contract-suite.ts';
import { begin, partBytes } from './begin-upload.ts';
import { crc32Base64 } from './crc32-base64.ts';
import { bytesOf, exists, faultOf } from './reading.ts';

export const multipartClauses: readonly Clause[] = [
  {
    title: 'parts sent out of order become one object with the checksum of all its bytes',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const contents = [randomBytes(partBytes), randomBytes(partBytes + 1), randomBytes(17)];
      const whole = Buffer.concat(contents);
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT', Metadata: { run: 'r1' } });
      const last = await upload.part(3, contents[2]);
      const parts = [await upload.part(1, contents[0]), await upload.part(2, contents[1]), last];

      const done = await upload.complete(parts, {
        ChecksumCRC32: crc32Base64(whole),
        MpuObjectSize: whole.length,
      });

      const head = await client.send(
        new HeadObjectCommand({ Bucket: bucket, Key: 'big', ChecksumMode: 'ENABLED' }),
      );
      expect((await bytesOf(client, bucket, 'big')).equals(whole)).toBe(true);
      expect(head).toMatchObject({
        ContentLength: whole.length,
        ChecksumCRC32: crc32Base64(whole),
        ChecksumType: 'FULL_OBJECT',
        Metadata: { run: 'r1' },
      });
      expect(done.ETag).toBe(multipartEtag(contents));
    },
  },
  {
    title: 'a range across two parts can be read',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const contents = [randomBytes(partBytes), randomBytes(1000)];
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      await upload.complete([await upload.part(1, contents[0]), await upload.part(2, contents[1])], {});

      const range = await bytesOf(client, bucket, 'big', `bytes=${partBytes - 10}-${partBytes + 9}`);

      expect(range.equals(Buffer.concat(contents).subarray(partBytes - 10, partBytes + 10))).toBe(true);
    },
  },
  {
    title: 'a composite checksum is computed from the checksums of the parts',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const contents = [randomBytes(partBytes), randomBytes(10)];
      const upload = await begin(client, bucket, { ChecksumType: 'COMPOSITE' });
      const parts = [await upload.part(1, contents[0]), await upload.part(2, contents[1])];

      const done = await upload.complete(parts, {});

      const checksums = contents.map((content) => Buffer.from(crc32Base64(content), 'base64'));
      expect(done.ChecksumCRC32).toBe(`${crc32Base64(Buffer.concat(checksums))}-2`);
    },
  },
  {
    title: 'an upload begun without a checksum algorithm accepts the default checksums of the parts',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'plain' }));
      const part = await client.send(
        new UploadPartCommand({ Bucket, Key: 'plain', UploadId, PartNumber: 1, Body: 'content' }),
      );

      await client.send(
        new CompleteMultipartUploadCommand({
          Bucket,
          Key: 'plain',
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag }] },
        }),
      );

      expect((await bytesOf(client, Bucket, 'plain')).toString()).toBe('content');
    },
  },
  {
    title: 'the parts of an upload are listed page by page, only the latest of each number',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      for (const number of [7, 2, 5, 2]) await upload.part(number, Buffer.alloc(100 + number));
      const again = await upload.part(5, Buffer.from('again'));

      const first = await client.send(new ListPartsCommand({ ...upload.target, MaxParts: 2 }));
      const second = await client.send(
        new ListPartsCommand({ ...upload.target, MaxParts: 2, PartNumberMarker: first.NextPartNumberMarker }),
      );

      expect(first.IsTruncated).toBe(true);
      expect(first.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
        [2, 102],
        [5, 5],
      ]);
      expect(first.Parts?.[1]).toMatchObject({
        ETag: again.ETag,
        ChecksumCRC32: again.ChecksumCRC32,
      });
      expect(second.IsTruncated).toBe(false);
      expect(second.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([7]);
    },
  },
  {
    title: 'an open upload is listed and is not an object; an aborted one is removed with its parts',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const upload = await begin(client, Bucket, { ChecksumType: 'FULL_OBJECT' });
      const part = await upload.part(1, Buffer.alloc(10));

      const before = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'bi' }));
      await client.send(new AbortMultipartUploadCommand(upload.target));

      const after = await client.send(new ListMultipartUploadsCommand({ Bucket }));
      expect(before.Uploads?.map(({ UploadId }) => UploadId)).toEqual([upload.target.UploadId]);
      expect(after.Uploads ?? []).toEqual([]);
      expect(await exists(client, Bucket, 'big')).toBe(false);
      expect(await faultOf(upload.complete([part], {}))).toEqual({ name: 'NoSuchUpload', status: 404 });
      expect((await faultOf(upload.part(2, Buffer.alloc(1))))?.name).toBe('NoSuchUpload');
    },
  },
];

function multipartEtag(contents: readonly Buffer[]): string {
  const md5 = createHash('md5');
  for (const content of contents) md5.update(createHash('md5').update(content).digest());
  return `"${md5.digest('hex')}-${contents.length}"`;
}
