import { ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Clause } from '../contract-suite.ts';
import { bytesOf, listedKeys } from './reading.ts';

/**
 * Unusual names in the order of their UTF-8 bytes; the emoji is after U+FF5E, not before it as in UTF-16.
 */
const oddKeys = [
  ' leading space',
  '!bang',
  '"double" \'single\'',
  '#hash?query',
  '%25 percent',
  '%zz',
  '& <angle> ]]>',
  '+plus +',
  '..dots..',
  '=equals=',
  'A',
  '[brackets]{}',
  'a b  c',
  'a-b',
  'a.b',
  'a/b',
  'a/b c/d',
  'a0',
  'trailing space ',
  '~tilde',
  'é-precomposed',
  'ｅ～wide',
  '😀 emoji',
].toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));

export const listingClauses: readonly Clause[] = [
  {
    title: 'unusual keys are listed unchanged, in the order of their UTF-8 bytes, in pages of any size',
    body: async ({ client, createBucket }) => {
      const bucket = await bucketWith(client, createBucket, oddKeys.toReversed());

      const atOnce = await listedKeys(client, bucket, 1000);
      const inPages = await listedKeys(client, bucket, 3);

      expect(atOnce).toEqual(oddKeys);
      expect(inPages).toEqual(oddKeys);
    },
  },
  {
    title: 'objects with unusual keys can be read',
    body: async ({ client, createBucket }) => {
      const bucket = await bucketWith(client, createBucket, oddKeys);

      const contents = await Promise.all(oddKeys.map((key) => bytesOf(client, bucket, key)));

      expect(contents.map(String)).toEqual(oddKeys);
    },
  },
  {
    title: 'keys are listed URL-encoded on request',
    body: async ({ client, createBucket }) => {
      const Bucket = await bucketWith(client, createBucket, oddKeys);

      const page = await client.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));

      const decoded = page.Contents?.map(({ Key }) => decodeURIComponent((Key ?? '').replaceAll('+', ' ')));
      expect(decoded).toEqual(oddKeys);
      expect(page.Contents?.map(({ Key }) => Key)).toContain('a/b+c/d');
    },
  },
  {
    title: 'keys with a delimiter are grouped into prefixes that count as entries',
    body: async ({ client, createBucket }) => {
      const keys = ['p/a', 'p/b/1', 'p/b/2', 'p/b/3', 'p/c', 'p/d/1', 'q/e'];
      const Bucket = await bucketWith(client, createBucket, keys);
      const request = { Bucket, Prefix: 'p/', Delimiter: '/', MaxKeys: 2 };

      const first = await client.send(new ListObjectsV2Command(request));
      const second = await client.send(
        new ListObjectsV2Command({ ...request, ContinuationToken: first.NextContinuationToken }),
      );

      expect(first).toMatchObject({ IsTruncated: true, KeyCount: 2, CommonPrefixes: [{ Prefix: 'p/b/' }] });
      expect(first.Contents?.map(({ Key }) => Key)).toEqual(['p/a']);
      expect(second).toMatchObject({ IsTruncated: false, KeyCount: 2, CommonPrefixes: [{ Prefix: 'p/d/' }] });
      expect(second.Contents?.map(({ Key }) => Key)).toEqual(['p/c']);
    },
  },
  {
    title: 'a listing starts after the given key and stays in its prefix',
    body: async ({ client, createBucket }) => {
      const Bucket = await bucketWith(client, createBucket, ['a', 'p-1', 'p-2', 'p-3', 'z']);

      const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'p-', StartAfter: 'p-1' }));

      expect(page.Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([
        ['p-2', 3],
        ['p-3', 3],
      ]);
      expect(page.IsTruncated).toBe(false);
    },
  },
  {
    title: 'a full last page is not truncated',
    body: async ({ client, createBucket }) => {
      const Bucket = await bucketWith(client, createBucket, ['a', 'b']);

      const page = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 2 }));

      expect(page).toMatchObject({ IsTruncated: false, KeyCount: 2 });
      expect(page.NextContinuationToken).toBeUndefined();
    },
  },
];

/** The content of each object is its key. */
async function bucketWith(
  client: S3Client,
  createBucket: (options: { versioned: boolean }) => Promise<string>,
  keys: readonly string[],
): Promise<string> {
  const Bucket = await createBucket({ versioned: false });
  for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  return Bucket;
}
