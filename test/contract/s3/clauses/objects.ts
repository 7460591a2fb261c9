import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Clause } from '../contract-suite.ts';
import { crc32Base64 } from './crc32-base64.ts';
import { pieces } from './pieces.ts';
import { bytesOf, exists, faultOf } from './reading.ts';

/** 1,024 bytes in UTF-8 with fewer characters, in components that a file system accepts too. */
const longestKey = `${'ä'.repeat(100)}/`.repeat(5) + 'x'.repeat(19);

export const objectClauses: readonly Clause[] = [
  {
    title: 'a streamed body with the default checksum is read back byte for byte',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const content = randomBytes(3_000_001);

      const put = await client.send(
        new PutObjectCommand({
          Bucket,
          Key: 'streamed',
          Body: pieces(content),
          ContentLength: content.length,
        }),
      );
      const head = await client.send(
        new HeadObjectCommand({ Bucket, Key: 'streamed', ChecksumMode: 'ENABLED' }),
      );

      expect((await bytesOf(client, Bucket, 'streamed')).equals(content)).toBe(true);
      expect(head.ContentLength).toBe(content.length);
      expect(head.ChecksumCRC32).toBe(crc32Base64(content));
      expect(put.ETag).toBe(`"${createHash('md5').update(content).digest('hex')}"`);
    },
  },
  {
    title: 'an empty object can be stored',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });

      await client.send(
        new PutObjectCommand({ Bucket, Key: 'empty', Body: Readable.from([]), ContentLength: 0 }),
      );

      expect(await bytesOf(client, Bucket, 'empty')).toHaveLength(0);
    },
  },
  {
    title: 'a range of an object can be read, with the size of the whole',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const content = randomBytes(300_000);
      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: content }));

      const middle = await bytesOf(client, Bucket, 'k', 'bytes=100000-200000');
      const end = await bytesOf(client, Bucket, 'k', 'bytes=299990-');
      const last = await bytesOf(client, Bucket, 'k', 'bytes=-5');
      const beyond = await bytesOf(client, Bucket, 'k', 'bytes=299999-400000');

      expect(middle.equals(content.subarray(100_000, 200_001))).toBe(true);
      expect(end.equals(content.subarray(299_990))).toBe(true);
      expect(last.equals(content.subarray(-5))).toBe(true);
      expect(beyond.equals(content.subarray(-1))).toBe(true);
    },
  },
  {
    title: 'a range that begins after the end is refused',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'abc' }));

      const error = await faultOf(bytesOf(client, Bucket, 'k', 'bytes=3-'));

      expect(error).toEqual({ name: 'InvalidRange', status: 416 });
    },
  },
  {
    title: 'metadata, content type and tags are read back as they were sent',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const Metadata = { 'source-path': '/outgoing/a%20b+c.csv', modified: '20261119021500', empty: '' };

      await client.send(
        new PutObjectCommand({
          Bucket,
          Key: 'k',
          Body: 'x',
          Metadata,
          ContentType: 'text/csv',
          Tagging: 'a=1&b=x%20y',
        }),
      );
      const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
      const tagging = await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' }));

      expect(head.Metadata).toEqual(Metadata);
      expect(head.ContentType).toBe('text/csv');
      expect(sorted(tagging.TagSet)).toEqual([
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: 'x y' },
      ]);
    },
  },
  {
    title: 'metadata beyond two kilobytes is refused',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });

      const error = await faultOf(
        client.send(
          new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', Metadata: { path: 'p'.repeat(2045) } }),
        ),
      );

      expect(error).toEqual({ name: 'MetadataTooLarge', status: 400 });
    },
  },
  {
    title: 'tags can be replaced',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', Tagging: 'a=1' }));

      await client.send(
        new PutObjectTaggingCommand({
          Bucket,
          Key: 'k',
          Tagging: { TagSet: [{ Key: 'b', Value: '2 +-=._:/@' }] },
        }),
      );

      const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' }));
      expect(TagSet).toEqual([{ Key: 'b', Value: '2 +-=._:/@' }]);
    },
  },
  {
    title: 'a tag with an invalid character is refused',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));

      const error = await faultOf(
        client.send(
          new PutObjectTaggingCommand({
            Bucket,
            Key: 'k',
            Tagging: { TagSet: [{ Key: 'a<b', Value: '1' }] },
          }),
        ),
      );

      expect(error).toEqual({ name: 'InvalidTag', status: 400 });
    },
  },
  {
    title: 'a key of 1,024 bytes is accepted',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });

      await client.send(new PutObjectCommand({ Bucket, Key: longestKey, Body: 'x' }));

      expect(Buffer.byteLength(longestKey)).toBe(1024);
      expect((await bytesOf(client, Bucket, longestKey)).toString()).toBe('x');
    },
  },
  {
    title: 'a key of 1,025 bytes is refused',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });

      const error = await faultOf(
        client.send(new PutObjectCommand({ Bucket, Key: `${longestKey}x`, Body: 'x' })),
      );

      expect(error).toEqual({ name: 'KeyTooLongError', status: 400 });
    },
  },
  {
    title: 'a missing key, a missing bucket and a deleted key are distinguished',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));

      await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
      await client.send(new DeleteObjectCommand({ Bucket, Key: 'never-there' }));

      expect(await faultOf(bytesOf(client, Bucket, 'k'))).toEqual({ name: 'NoSuchKey', status: 404 });
      expect(await faultOf(bytesOf(client, `${Bucket}-no`, 'k'))).toEqual({
        name: 'NoSuchBucket',
        status: 404,
      });
    },
  },
  {
    title: 'many keys can be deleted in one request',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const keys = ['a&b', 'c<d>', 'e"f', 'kept'];
      for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));

      const Objects = ['a&b', 'c<d>', 'e"f', 'never-there'].map((Key) => ({ Key }));
      const deleted = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));

      expect(deleted.Deleted).toHaveLength(4);
      expect(await Promise.all(keys.map((key) => exists(client, Bucket, key)))).toEqual([
        false,
        false,
        false,
        true,
      ]);
    },
  },
];

function sorted<Tag extends { Key?: string | undefined }>(tags: Tag[] | undefined): Tag[] {
  return (tags ?? []).toSorted((one, other) => (one.Key ?? '').localeCompare(other.Key ?? ''));
}
