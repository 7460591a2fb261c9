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
    title: 'of 16 concurrent writers with If-None-Match: *, exactly one wins',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const writers = Array.from({ length: 16 }, (_, index) => `writer ${index}`);

      const faults = await Promise.all(
        writers.map((Body) =>
          faultOf(client.send(new PutObjectCommand({ Bucket, Key: 'k', Body, IfNoneMatch: '*' }))),
        ),
      );

      const winners = writers.filter((_, index) => faults[index] === undefined);
      // S3 replies 409 if two writers conflict at the same moment.
      const losers = faults.filter((error) => error?.status === 412 || error?.status === 409);
      expect(winners).toEqual([(await bytesOf(client, Bucket, 'k')).toString()]);
      expect(losers).toHaveLength(15);
    },
  },
  {
    title: 'a writer with If-None-Match: * does not overwrite an existing object',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'old' }));

      const error = await faultOf(
        client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'new', IfNoneMatch: '*' })),
      );

      expect(error).toEqual({ name: 'PreconditionFailed', status: 412 });
      expect((await bytesOf(client, Bucket, 'k')).toString()).toBe('old');
    },
  },
  {
    title: 'a writer with the current ETag replaces the object, and one with an older ETag does not',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const { ETag: first } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'one' }));

      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two', IfMatch: first }));
      const error = await faultOf(
        client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'three', IfMatch: first })),
      );

      expect(error).toEqual({ name: 'PreconditionFailed', status: 412 });
      expect((await bytesOf(client, Bucket, 'k')).toString()).toBe('two');
    },
  },
  {
    title: 'a writer with an ETag gets 404 if there is no object',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });

      const error = await faultOf(
        client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', IfMatch: '"0123456789abcdef"' })),
      );

      expect(error).toEqual({ name: 'NoSuchKey', status: 404 });
    },
  },
  {
    title: 'a reader with another ETag gets 412 from GET and HEAD',
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
    title: 'a delete with the current ETag removes the object, and one with an older ETag does not',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: true });
      const { ETag: first } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'one' }));
      const { ETag: second } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two' }));

      const error = await faultOf(client.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: first })));
      const kept = (await bytesOf(client, Bucket, 'k')).toString();
      await client.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: second }));

      expect(error).toEqual({ name: 'PreconditionFailed', status: 412 });
      expect(kept).toBe('two');
      expect(await exists(client, Bucket, 'k')).toBe(false);
    },
  },
  {
    title: 'a delete with an ETag is refused if there is no object',
    body: async ({ client, createBucket }) => {
      const Bucket = await createBucket({ versioned: false });
      const IfMatch = '"0123456789abcdef0123456789abcdef"';

      const error = await faultOf(client.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch })));

      // The user guide says 412, or 404 if the object is deleted at the same time. Clients treat both as "not
      // mine to delete".
      expect([404, 412]).toContain(error?.status);
    },
  },
  {
    title: 'each of several deletes with ETags in one request is decided on its own',
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
