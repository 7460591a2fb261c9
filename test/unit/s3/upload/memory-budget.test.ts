import { expect, test } from 'vitest';
import { MemoryBudget } from '../../../../lambdas/s3/upload/memory-budget.ts';

test('a recycled buffer is reused for a request of the same size', async () => {
  const budget = new MemoryBudget(100);
  const first = await budget.reserve(40);
  const { buffer } = first;

  first.recycle();

  expect((await budget.reserve(40)).buffer).toBe(buffer);
});

test('a released buffer is never reused, because its holder may still read it', async () => {
  const budget = new MemoryBudget(100);
  const first = await budget.reserve(40);
  const { buffer } = first;

  first.release();

  expect((await budget.reserve(40)).buffer).not.toBe(buffer);
});

test('a recycled buffer is freed if another size is requested', async () => {
  const budget = new MemoryBudget(100);
  const first = await budget.reserve(40);
  const { buffer } = first;
  first.recycle();

  const other = await budget.reserve(80);
  other.release();

  expect((await budget.reserve(40)).buffer).not.toBe(buffer);
});

test('memory is returned once, however often it is released', async () => {
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
