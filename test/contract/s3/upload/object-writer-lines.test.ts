import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Bucket } from '../../../../lambdas/s3/bucket.ts';
import { getJson, listKeys, putJson, readJsonLines } from '../../../../lambdas/s3/documents/documents.ts';
import { JsonLinesWriter } from '../../../../lambdas/s3/documents/json-lines-writer.ts';
import { headObject } from '../../../../lambdas/s3/head-object.ts';
import { type LocalEndpoint, startLocalEndpoint } from '../../local/s3/local-endpoint.ts';
import { newBucket, objectKey } from './object-writer-parts.ts';

let endpoint: LocalEndpoint;
let bucket: Bucket;

beforeAll(async () => {
  endpoint = await startLocalEndpoint();
  bucket = await newBucket(endpoint);
});
afterAll(() => endpoint.stop());

const anything = z.unknown();

async function written(key: string, lines: Iterable<unknown>): Promise<void> {
  const writer = new JsonLinesWriter(bucket, key);
  for (const line of lines) await writer.write(line);
  await writer.commit();
}

describe('JSON lines', () => {
  it('can be 200,000, in order and unchanged, longer than one part', async () => {
    const count = 200_000;
    const line = (index: number) => ({ path: `/in/${'é'.repeat(40)}/${index}`, sizeBytes: index });
    const requestHash = createHash('sha256');
    for (let index = 0; index < count; index += 1) requestHash.update(JSON.stringify(line(index)));
    await written(
      'many.jsonl',
      (function* () {
        for (let index = 0; index < count; index += 1) yield line(index);
      })(),
    );

    const readBack = createHash('sha256');
    let read = 0;
    for await (const each of readJsonLines(bucket, 'many.jsonl', anything)) {
      readBack.update(JSON.stringify(each));
      read += 1;
    }

    expect(read).toBe(count);
    expect(readBack.digest('hex')).toBe(requestHash.digest('hex'));
    expect((await headObject(bucket, objectKey('many.jsonl')))?.sizeBytes).toBeGreaterThan(16 * 1024 * 1024);
  });

  it.each([
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['a line feed', 'a\nb'],
    ['a carriage return', 'a\rb'],
    ['a form feed and a next line', 'a\f\u0085b'],
    ['an emoji', '😀'],
    ['half a character', 'a\uD800'],
    ['a quote and a backslash', '"\\'],
    ['a byte order mark', '\uFEFFa'],
  ])('keep a name with %s', async (title, name) => {
    await written(`names/${title}`, [{ name }, { name: 'next' }]);

    const read = await Array.fromAsync(readJsonLines(bucket, `names/${title}`, anything));

    expect(read).toEqual([{ name }, { name: 'next' }]);
  });

  it('may have one line of many megabytes', async () => {
    const line = { files: Array.from({ length: 100_000 }, (_, index) => `/in/${index}/${'x'.repeat(100)}`) };
    await written('wide.jsonl', [line, { next: true }]);

    const read = await Array.fromAsync(readJsonLines(bucket, 'wide.jsonl', anything));

    expect(read).toEqual([line, { next: true }]);
  });

  it('keep their order if a writer does not wait', async () => {
    const writer = new JsonLinesWriter(bucket, 'hasty.jsonl');
    const lines = Array.from({ length: 5000 }, (_, index) => `${index}-${'x'.repeat(100)}`);
    await Promise.all(lines.map((line) => writer.write(line)));
    await writer.commit();

    const read = await Array.fromAsync(readJsonLines(bucket, 'hasty.jsonl', anything));

    expect(read).toEqual(lines);
  });

  it('are none in an empty document, and none in a missing one', async () => {
    await written('empty.jsonl', []);

    const read = await Promise.all(
      ['empty.jsonl', 'missing.jsonl'].map((key) => Array.fromAsync(readJsonLines(bucket, key, anything))),
    );

    expect(read).toEqual([[], []]);
    expect((await headObject(bucket, objectKey('empty.jsonl')))?.sizeBytes).toBe(0);
  });

  it('are those of the last writer, if a step is repeated', async () => {
    await written('repeated.jsonl', ['first', 'first']);
    await written('repeated.jsonl', ['second']);

    const read = await Array.fromAsync(readJsonLines(bucket, 'repeated.jsonl', anything));

    expect(read).toEqual(['second']);
  });

  it('of an aborted writer are not visible', async () => {
    const writer = new JsonLinesWriter(bucket, 'aborted.jsonl');
    await writer.write('line');
    await writer.abort();

    const read = await Array.fromAsync(readJsonLines(bucket, 'aborted.jsonl', anything));

    expect(read).toEqual([]);
  });

  it('need not be read to the end', async () => {
    for await (const line of readJsonLines(bucket, 'many.jsonl', anything)) {
      expect(line).toMatchObject({ sizeBytes: 0 });
      break;
    }

    const again = await getJson(bucket, 'missing.json', anything);

    expect(again).toBeUndefined();
  });

  it('that do not match the schema are an error and not skipped', async () => {
    await written('wrong.jsonl', [{ count: 'x' }]);

    const reading = Array.fromAsync(readJsonLines(bucket, 'wrong.jsonl', z.object({ count: z.number() })));

    await expect(reading).rejects.toThrow(z.ZodError);
  });
});

describe('a JSON document', () => {
  it('is read back as it was put', async () => {
    await putJson(bucket, 'one.json', { name: 'a\u2028b', count: 1 });

    const read = await getJson(bucket, 'one.json', anything);

    expect(read).toEqual({ name: 'a\u2028b', count: 1 });
  });

  it('in a missing bucket is not a missing document but an error that names the bucket', async () => {
    const reading = getJson({ ...bucket, name: 'no-such-bucket' }, 'one.json', anything);

    await expect(reading).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('get no-such-bucket/one.json'),
    });
  });
});

it('all keys under a prefix are listed in order, over several pages', async () => {
  const own = await newBucket(endpoint);
  const keys = Array.from({ length: 1005 }, (_, index) => `p/${String(index).padStart(5, '0')}`);
  for (const Key of [...keys, 'q/other'])
    await own.client.send(new PutObjectCommand({ Bucket: own.name, Key, Body: '' }));

  const found = await Array.fromAsync(listKeys(own, 'p/'));

  expect(found).toEqual(keys);
});
