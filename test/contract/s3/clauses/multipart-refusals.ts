import { randomBytes } from 'node:crypto';
import { ListPartsCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Clause } from '../contract-suite.ts';
import { begin, partBytes } from './begin-upload.ts';
import { breakingSource } from './breaking-source.ts';
import { crc32Base64 } from './crc32-base64.ts';
import { bytesOf, exists, faultOf } from './reading.ts';

/** What must not become a part, or an object of parts. */
export const multipartRefusalClauses: readonly Clause[] = [
  {
    title:
      'an upload whose checksum is not that of its bytes is refused, and can be completed with the right one',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const content = randomBytes(1000);
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      const parts = [await upload.part(1, content)];

      const fault = await faultOf(upload.complete(parts, { ChecksumCRC32: 'AAAAAA==' }));
      const visibleAfterFault = await exists(client, bucket, 'big');
      await upload.complete(parts, { ChecksumCRC32: crc32Base64(content) });

      expect(fault).toEqual({ name: 'BadDigest', status: 400 });
      expect(visibleAfterFault).toBe(false);
      expect((await bytesOf(client, bucket, 'big')).equals(content)).toBe(true);
    },
  },
  {
    title: 'an upload whose size is not the announced one is refused',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      const parts = [await upload.part(1, Buffer.alloc(1000))];

      const fault = await faultOf(upload.complete(parts, { MpuObjectSize: 1001 }));

      expect(fault).toEqual({ name: 'InvalidRequest', status: 400 });
      expect(await exists(client, bucket, 'big')).toBe(false);
    },
  },
  {
    title: 'a part whose checksum is wrong is refused and not listed',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const upload = await begin(client, Bucket, { ChecksumType: 'FULL_OBJECT' });

      const fault = await faultOf(
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
      expect(fault).toEqual({ name: 'BadDigest', status: 400 });
      expect(listed.Parts ?? []).toEqual([]);
    },
  },
  {
    title: 'a part that is too small and not the last is refused',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      const parts = [await upload.part(1, Buffer.alloc(1000)), await upload.part(2, Buffer.alloc(1000))];

      const fault = await faultOf(upload.complete(parts, {}));

      expect(fault).toEqual({ name: 'EntityTooSmall', status: 400 });
      expect(await exists(client, bucket, 'big')).toBe(false);
    },
  },
  {
    title: 'parts named out of order are refused',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      const parts = [
        await upload.part(1, Buffer.alloc(partBytes)),
        await upload.part(2, Buffer.alloc(partBytes)),
      ];

      const fault = await faultOf(upload.complete(parts.toReversed(), {}));

      expect(fault).toEqual({ name: 'InvalidPartOrder', status: 400 });
    },
  },
  {
    title: 'a part that is not there, or is another one, is refused',
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
    title: 'a part that breaks off leaves the part that was there',
    body: async ({ client, createBucket }) => {
      const bucket = await createBucket({ versioned: false });
      const upload = await begin(client, bucket, { ChecksumType: 'FULL_OBJECT' });
      const kept = await upload.part(1, Buffer.from('kept'));
      const source = breakingSource();

      const fault = await faultOf(
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

      expect(fault).toBeDefined();
      expect((await bytesOf(client, bucket, 'big')).toString()).toBe('kept');
    },
  },
  {
    title: 'an upload is completed on an absent key alone, where it asks so',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const upload = await begin(client, Bucket, { ChecksumType: 'FULL_OBJECT' });
      const part = await upload.part(1, Buffer.from('late'));
      await client.send(new PutObjectCommand({ Bucket, Key: 'big', Body: 'first' }));

      const fault = await faultOf(upload.complete([part], { IfNoneMatch: '*' }));

      expect(fault).toEqual({ name: 'PreconditionFailed', status: 412 });
      expect((await bytesOf(client, Bucket, 'big')).toString()).toBe('first');
    },
  },
];
