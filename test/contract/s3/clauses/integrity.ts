import { randomBytes } from 'node:crypto';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Clause } from '../contract-suite.ts';
import { breakingSource } from './breaking-source.ts';
import { pieces } from './pieces.ts';
import { bytesOf, exists, faultOf } from './reading.ts';

/** Bodies that must not become an object. */
export const integrityClauses: readonly Clause[] = [
  ...(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const).map(
    (algorithm): Clause => ({
      title: `a body with a ${algorithm} in its trailer is accepted, and the checksum is stored`,
      body: async ({ client, createBucket }) => {
        const Bucket = await createBucket({ versioned: false });
        const content = randomBytes(100_000);

        const put = await client.send(
          new PutObjectCommand({
            Bucket,
            Key: 'k',
            Body: pieces(content),
            ContentLength: content.length,
            ChecksumAlgorithm: algorithm,
          }),
        );
        const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' }));

        expect(head[`Checksum${algorithm}`]).toMatch(/^[\w+/]+=*$/);
        expect(head[`Checksum${algorithm}`]).toBe(put[`Checksum${algorithm}`]);
      },
    }),
  ),
  ...(
    [
      ['CRC32', { ChecksumCRC32: 'AAAAAA==' }],
      ['CRC32C', { ChecksumCRC32C: 'AAAAAA==' }],
      ['CRC64NVME', { ChecksumCRC64NVME: 'AAAAAAAAAAA=' }],
      ['SHA256', { ChecksumSHA256: Buffer.alloc(32).toString('base64') }],
      ['MD5', { ContentMD5: Buffer.alloc(16).toString('base64') }],
    ] as const
  ).map(
    ([name, wrong]): Clause => ({
      title: `a body that does not match its ${name} is refused and nothing is visible`,
      body: async ({ client, createBucket }) => {
        const Bucket = await createBucket({ versioned: false });

        const error = await faultOf(
          client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'some content', ...wrong })),
        );

        expect(error).toEqual({ name: 'BadDigest', status: 400 });
        expect(await exists(client, Bucket, 'k')).toBe(false);
      },
    }),
  ),
  {
    title: 'an interrupted body leaves the object unchanged',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'old' }));
      const source = breakingSource();

      const error = await faultOf(
        client.send(
          new PutObjectCommand({ Bucket, Key: 'k', Body: source.body, ContentLength: source.announcedBytes }),
          { abortSignal: source.abortSignal },
        ),
      );

      expect(error).toBeDefined();
      expect((await bytesOf(client, Bucket, 'k')).toString()).toBe('old');
    },
  },
  {
    title: 'a body shorter than announced is refused and nothing is visible',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });

      const error = await faultOf(
        client.send(
          new PutObjectCommand({ Bucket, Key: 'k', Body: pieces(Buffer.alloc(500)), ContentLength: 1000 }),
        ),
      );

      expect(error).toBeDefined();
      expect(await exists(client, Bucket, 'k')).toBe(false);
    },
  },
];
