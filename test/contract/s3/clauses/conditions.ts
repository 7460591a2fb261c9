import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Clause } from '../contract-suite.ts';
import { bytesOf, exists, faultOf } from './reading.ts';

export const conditionClauses: readonly Clause[] = [
  {
    title: 'of 16 writers at once that want the key to be absent, exactly one wins',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const writers = Array.from({ length: 16 }, (_, index) => `writer ${index}`);

      const faults = await Promise.all(
        writers.map((Body) =>
          faultOf(client.send(new PutObjectCommand({ Bucket, Key: 'k', Body, IfNoneMatch: '*' }))),
        ),
      );

      const winners = writers.filter((_, index) => faults[index] === undefined);
      // S3 answers 409 where two writers meet at the very same moment.
      const losers = faults.filter((fault) => fault?.status === 412 || fault?.status === 409);
      expect(winners).toEqual([(await bytesOf(client, Bucket, 'k')).toString()]);
      expect(losers).toHaveLength(15);
    },
  },
  {
    title: 'a key that is taken is not overwritten by a writer that wants it absent',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'old' }));

      const fault = await faultOf(
        client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'new', IfNoneMatch: '*' })),
      );

      expect(fault).toEqual({ name: 'PreconditionFailed', status: 412 });
      expect((await bytesOf(client, Bucket, 'k')).toString()).toBe('old');
    },
  },
  {
    title: 'a writer that names the ETag of the object replaces it, and one that names an older one does not',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const { ETag: first } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'one' }));

      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two', IfMatch: first }));
      const fault = await faultOf(
        client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'three', IfMatch: first })),
      );

      expect(fault).toEqual({ name: 'PreconditionFailed', status: 412 });
      expect((await bytesOf(client, Bucket, 'k')).toString()).toBe('two');
    },
  },
  {
    title: 'a writer that names an ETag of an object that is not there gets 404',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });

      const fault = await faultOf(
        client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', IfMatch: '"0123456789abcdef"' })),
      );

      expect(fault).toEqual({ name: 'NoSuchKey', status: 404 });
    },
  },
  {
    title: 'a reader that names another ETag gets 412, from GET and from HEAD',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
      const other = { Bucket, Key: 'k', IfMatch: '"0123456789abcdef0123456789abcdef"' };

      const found = await client.send(new HeadObjectCommand({ Bucket, Key: 'k', IfMatch: ETag }));

      expect(found.ETag).toBe(ETag);
      expect((await faultOf(client.send(new GetObjectCommand(other))))?.status).toBe(412);
      expect((await faultOf(client.send(new HeadObjectCommand(other))))?.status).toBe(412);
    },
  },
  {
    title: 'a delete that names the ETag of the object removes it, and one that names an older one does not',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: true });
      const { ETag: first } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'one' }));
      const { ETag: second } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two' }));

      const fault = await faultOf(client.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: first })));
      const kept = (await bytesOf(client, Bucket, 'k')).toString();
      await client.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: second }));

      expect(fault).toEqual({ name: 'PreconditionFailed', status: 412 });
      expect(kept).toBe('two');
      expect(await exists(client, Bucket, 'k')).toBe(false);
    },
  },
  {
    title: 'a delete that names an ETag of an object that is not there is refused',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const IfMatch = '"0123456789abcdef0123456789abcdef"';

      const fault = await faultOf(client.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch })));

      // The user guide says 412, and 404 where the object goes away meanwhile: a client takes both for "not mine to delete".
      expect([404, 412]).toContain(fault?.status);
    },
  },
  {
    title: 'of several deletes with ETags in one request each is decided by itself',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'one' }));
      await client.send(new PutObjectCommand({ Bucket, Key: 'b', Body: 'two' }));

      const { Deleted: deleted = [], Errors: errors = [] } = await client.send(
        new DeleteObjectsCommand({
          Bucket,
          Delete: {
            Objects: [
              { Key: 'a', ETag },
              { Key: 'b', ETag },
            ],
          },
        }),
      );

      expect(deleted.map(({ Key }) => Key)).toEqual(['a']);
      expect(errors.map(({ Key, Code }) => ({ Key, Code }))).toEqual([
        { Key: 'b', Code: 'PreconditionFailed' },
      ]);
      expect(await exists(client, Bucket, 'b')).toBe(true);
    },
  },
];
