import { expect, test } from 'vitest';
import { MemoryBudget } from '../../../lambdas/s3/memory-budget.ts';

test('memory that was recycled is handed out again for as many bytes', async () => {
  const budget = new MemoryBudget(100);
  const first = await budget.reserve(40);
  const { buffer } = first;

  first.recycle();

  expect((await budget.reserve(40)).buffer).toBe(buffer);
});

test('memory that was only released is never handed out again, since its holder may still read it', async () => {
  const budget = new MemoryBudget(100);
  const first = await budget.reserve(40);
  const { buffer } = first;

  first.release();

  expect((await budget.reserve(40)).buffer).not.toBe(buffer);
});

test('memory that was recycled makes room where another size is wanted', async () => {
  const budget = new MemoryBudget(100);
  const first = await budget.reserve(40);
  const { buffer } = first;
  first.recycle();

  const other = await budget.reserve(80);
  other.release();

  expect((await budget.reserve(40)).buffer).not.toBe(buffer);
});

test('memory is given back once, however often that is said', async () => {
  const budget = new MemoryBudget(100);
  const first = await budget.reserve(60);
  first.recycle();
  first.release();
  const held = await budget.reserve(60);
  let isServed = false;

  const waiting = budget.reserve(60).then(() => {
    isServed = true;
  });

  await Promise.resolve();
  expect(isServed).toBe(false);
  held.release();
  await waiting;
});
