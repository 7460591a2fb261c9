import { expect, it } from 'vitest';
import {
  maxFileBytes,
  maxParts,
  partSizeBytes,
  sliceBudgetBytes,
} from '../../../../lambdas/core/plan/part-size.ts';

const mebibyte = 1024 * 1024;

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

it.each([
  [
    'a small file holds no more than three times the file',
    { sizeBytes: 1000, partBytes: 8 * mebibyte },
    3000,
  ],
  ['a large file holds three parts', { sizeBytes: 1024 ** 3, partBytes: 8 * mebibyte }, 24 * mebibyte],
  [
    'a file of 100 MiB parts holds as many as fit',
    { sizeBytes: 1024 ** 4, partBytes: 100 * mebibyte },
    300 * mebibyte,
  ],
  [
    'a file of 200 MiB parts holds one',
    { sizeBytes: 2 * 1024 ** 4, partBytes: 200 * mebibyte },
    200 * mebibyte,
  ],
])('a slice of %s', (_, slice, expected) => {
  expect(sliceBudgetBytes(slice)).toBe(expected);
});

it('No file that the plan accepts needs more parts than S3 takes, or more memory than a function has', () => {
  const sizes = Array.from({ length: 500 }, (_, step) => Math.ceil((maxFileBytes * (step + 1)) / 500));
  for (const sizeBytes of [1, 1024, ...sizes, maxFileBytes]) {
    const partBytes = partSizeBytes(sizeBytes);
    const held = sliceBudgetBytes({ sizeBytes, partBytes });

    expect(Math.ceil(sizeBytes / partBytes)).toBeLessThanOrEqual(maxParts);
    expect(held % Math.min(partBytes, sizeBytes)).toBe(0);
    // Of 1,024 MB; the runtime and the client need 200.
    expect(held).toBeLessThanOrEqual(552 * mebibyte);
  }
});
