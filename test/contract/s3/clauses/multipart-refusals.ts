import { randomBytes } from 'node:crypto';
import { ListPartsCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Clause } from '../contract-suite.ts';
import { begin, partBytes } from './begin-upload.ts';
import { breakingSource } from './breaking-source.ts';
import { crc32Base64 } from './crc32-base64.ts';
import { bytesOf, exists, faultOf } from './reading.ts';

/** Requests that must not create a part, or an object from parts. */
export const multipartRefusalClauses: readonly Clause[] = [
  {
    title: 'an upload with a wrong checksum is refused, and can be completed with the right one',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const content = randomBytes(1000);
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      const parts = [await upload.part(1, content)];

      const error = await faultOf(upload.complete(parts, { ChecksumCRC32: 'AAAAAA==' }));
      const visibleAfterFault = await exists(client, bucket, 'big');
      await upload.complete(parts, { ChecksumCRC32: crc32Base64(content) });

      expect(error).toEqual({ name: 'BadDigest', status: 400 });
      expect(visibleAfterFault).toBe(false);
      expect((await bytesOf(client, bucket, 'big')).equals(content)).toBe(true);
    },
  },
  {
    title: 'an upload with another size than announced is refused',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      const parts = [await upload.part(1, Buffer.alloc(1000))];

      const error = await faultOf(upload.complete(parts, { MpuObjectSize: 1001 }));

      expect(error).toEqual({ name: 'InvalidRequest', status: 400 });
      expect(await exists(client, bucket, 'big')).toBe(false);
    },
  },
  {
    title: 'a part with a wrong checksum is refused and not listed',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const upload = await begin(client, Bucket, { ChecksumType: 'FULL_OBJECT' });

      const error = await faultOf(
        client.send(
          new UploadPartCommand({
            ...upload.target,
            PartNumber: 1,
            Body: 'content',
            ChecksumCRC32: 'AAAAAA==',
          }),
        ),
      );

      const listed = await client.send(new ListPartsCommand(upload.target));
      expect(error).toEqual({ name: 'BadDigest', status: 400 });
      expect(listed.Parts ?? []).toEqual([]);
    },
  },
  {
    title: 'a part that is too small and not the last is refused',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      const parts = [await upload.part(1, Buffer.alloc(1000)), await upload.part(2, Buffer.alloc(1000))];

      const error = await faultOf(upload.complete(parts, {}));

      expect(error).toEqual({ name: 'EntityTooSmall', status: 400 });
      expect(await exists(client, bucket, 'big')).toBe(false);
    },
  },
  {
    title: 'parts listed out of order are refused',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      const parts = [
        await upload.part(1, Buffer.alloc(partBytes)),
        await upload.part(2, Buffer.alloc(partBytes)),
      ];

      const error = await faultOf(upload.complete(parts.toReversed(), {}));

      expect(error).toEqual({ name: 'InvalidPartOrder', status: 400 });
    },
  },
  {
    title: 'a missing part, or one with another ETag, is refused',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      const part = await upload.part(1, Buffer.alloc(1000));

      const missing = await faultOf(upload.complete([{ ...part, PartNumber: 9 }], {}));
      const changed = await faultOf(
        upload.complete([{ ...part, ETag: '"0123456789abcdef0123456789abcdef"' }], {}),
      );

      expect(missing).toEqual({ name: 'InvalidPart', status: 400 });
      expect(changed).toEqual({ name: 'InvalidPart', status: 400 });
    },
  },
  {
    title: 'an interrupted part leaves the part before unchanged',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      const kept = await upload.part(1, Buffer.from('kept'));
      const source = breakingSource();

      const error = await faultOf(
        client.send(
          new UploadPartCommand({
            ...upload.target,
            PartNumber: 1,
            Body: source.body,
            ContentLength: source.announcedBytes,
          }),
          { abortSignal: source.abortSignal },
        ),
      );
      await upload.complete([kept], {});

      expect(error).toBeDefined();
      expect((await bytesOf(client, bucket, 'big')).toString()).toBe('kept');
    },
  },
  {
    title: 'an upload with If-None-Match: * is completed only if there is no object',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const upload = await begin(client, Bucket, { ChecksumType: 'FULL_OBJECT' });
      const part = await upload.part(1, Buffer.from('late'));
      await client.send(new PutObjectCommand({ Bucket, Key: 'big', Body: 'first' }));

      const error = await faultOf(upload.complete([part], { IfNoneMatch: '*' }));

      expect(error).toEqual({ name: 'PreconditionFailed', status: 412 });
      expect((await bytesOf(client, Bucket, 'big')).toString()).toBe('first');
    },
  },
];
