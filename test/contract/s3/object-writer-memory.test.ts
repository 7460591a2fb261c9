import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partSizeBytes } from '../../../lambdas/s3/part-size.ts';
import { type LocalEndpoint, startLocalEndpoint } from './local-endpoint.ts';
import {
  content,
  mebibyte,
  newBucket,
  objectKey,
  partBytes,
  WatchedBudget,
  writeAll,
  writerOf,
} from './object-writer-parts.ts';

let endpoint: LocalEndpoint;

beforeAll(async () => {
  endpoint = await startLocalEndpoint();
});
afterAll(() => endpoint.stop());

describe('the memory budget', () => {
  it('holds for many writers at once, and every one of them comes to its end', async () => {
    const own = await newBucket(endpoint);
    const budget = new WatchedBudget(3 * partBytes);
    const bytes = content(partBytes + 1000);

    const published = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const sizeGuess = index % 2 === 0 ? bytes.length : 100;
        const writer = writerOf(own, { key: objectKey(`many/${index}`), expectedBytes: sizeGuess, budget });
        await writeAll(writer, bytes, 100_000);
        return writer.commit();
      }),
    );

    expect(new Set(published.map((each) => each.sizeBytes))).toEqual(new Set([bytes.length]));
    expect(new Set(published.map((each) => each.sha256)).size).toBe(1);
    expect(budget.mostBytes).toBeLessThanOrEqual(3 * partBytes);
    expect(budget.heldBytes).toBe(0);
  });

  it('is served in the order of asking, so that a large share is not passed by', async () => {
    const budget = new WatchedBudget(10);
    const first = await budget.reserve(8);
    const order: string[] = [];
    const large = budget.reserve(9).then((share) => {
      order.push('large');
      share.release();
    });
    const small = budget.reserve(1).then(() => order.push('small'));

    first.release();

    await Promise.all([large, small]);
    expect(order).toEqual(['large', 'small']);
  });

  it('is granted whole to whoever wants more than there is', async () => {
    const budget = new WatchedBudget(10);

    const share = await budget.reserve(11);

    expect(budget.heldBytes).toBe(10);
    share.release();
  });

  it('takes a share back once, however often it is released', async () => {
    const budget = new WatchedBudget(10);
    const share = await budget.reserve(4);
    share.release();
    share.release();
    await budget.reserve(10);

    const waiting = budget.reserve(1).then(() => 'granted');

    expect(await Promise.race([waiting, Promise.resolve('waits')])).toBe('waits');
  });
});

it.each([
  [0, 8 * mebibyte],
  [9_500 * 8 * mebibyte, 8 * mebibyte],
  [9_500 * 8 * mebibyte + 1, 9 * mebibyte],
  [5 * 1024 ** 4, 552 * mebibyte],
])('a file of %i bytes has parts of %i', (fileBytes, expected) => {
  const found = partSizeBytes(fileBytes);

  expect(found).toBe(expected);
  expect(Math.ceil(fileBytes / found)).toBeLessThanOrEqual(10_000);
});
