import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEndpoint, startLocalEndpoint } from '../../local/s3/local-endpoint.ts';
import {
  content,
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
  it('limits many concurrent writers, and all of them finish', async () => {
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

  it('serves requests in order, so that a large request is not overtaken', async () => {
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

  it('is granted in full to a request for more than it has', async () => {
    const budget = new WatchedBudget(10);

    const share = await budget.reserve(11);

    expect(budget.heldBytes).toBe(10);
    share.release();
  });

  it('takes a reservation back once, however often it is released', async () => {
    const budget = new WatchedBudget(10);
    const share = await budget.reserve(4);
    share.release();
    share.release();
    await budget.reserve(10);

    const waiting = budget.reserve(1).then(() => 'granted');

    expect(await Promise.race([waiting, Promise.resolve('waits')])).toBe('waits');
  });
});
