import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Clause } from '../contract-suite.ts';
import { bytesOf, exists, faultOf, listedKeys } from './reading.ts';

export const versionClauses: readonly Clause[] = [
  {
    title: 'an overwritten version can still be read by its id',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: true });
      const [first, second] = [await put(client, Bucket, 'one'), await put(client, Bucket, 'two')];

      const old = await client.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: first }));
      const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'k' }));

      expect(await old.Body?.transformToString()).toBe('one');
      expect((await bytesOf(client, Bucket, 'k')).toString()).toBe('two');
      expect(head.VersionId).toBe(second);
    },
  },
  {
    title: 'a delete hides the key behind a marker, and removing the marker restores it',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: true });
      await put(client, Bucket, 'one');

      const marker = await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
      const hidden = await exists(client, Bucket, 'k');
      const listed = await listedKeys(client, Bucket, 1000);
      await client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: marker.VersionId }));

      expect(marker.DeleteMarker).toBe(true);
      expect(hidden).toBe(false);
      expect(listed).toEqual([]);
      expect((await bytesOf(client, Bucket, 'k')).toString()).toBe('one');
    },
  },
  {
    title: 'after a delete of a version by its id, the one before it is the latest',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: true });
      await put(client, Bucket, 'one');
      const second = await put(client, Bucket, 'two');

      await client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: second }));

      const gone = client.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: second }));
      expect((await faultOf(gone))?.status).toBe(404);
      expect((await bytesOf(client, Bucket, 'k')).toString()).toBe('one');
    },
  },
  {
    title: 'versions are listed page by page, newest first for one key',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: true });
      const ids = [
        await put(client, Bucket, '1'),
        await put(client, Bucket, '2'),
        await put(client, Bucket, '3'),
      ];
      await client.send(new PutObjectCommand({ Bucket, Key: 'l', Body: 'x' }));

      const first = await client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }));
      const second = await client.send(
        new ListObjectVersionsCommand({
          Bucket,
          MaxKeys: 2,
          KeyMarker: first.NextKeyMarker,
          VersionIdMarker: first.NextVersionIdMarker,
        }),
      );

      expect(first.IsTruncated).toBe(true);
      expect(first.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
        [ids[2], true],
        [ids[1], false],
      ]);
      expect(second.Versions?.map(({ Key, IsLatest }) => [Key, IsLatest])).toEqual([
        ['k', false],
        ['l', true],
      ]);
    },
  },
  {
    title: 'a full last page of versions is not truncated',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: true });
      await put(client, Bucket, 'one');
      await put(client, Bucket, 'two');

      const page = await client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }));

      expect(page.Versions).toHaveLength(2);
      expect(page.IsTruncated).toBe(false);
    },
  },
  {
    title: 'a key behind a delete marker counts as absent for If-None-Match: *',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: true });
      await put(client, Bucket, 'one');
      await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));

      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'again', IfNoneMatch: '*' }));

      expect((await bytesOf(client, Bucket, 'k')).toString()).toBe('again');
    },
  },
];

/** Puts the key `k`; returns the id of the version. */
async function put(client: S3Client, Bucket: string, Body: string): Promise<string | undefined> {
  const { VersionId } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body }));
  return VersionId;
}
