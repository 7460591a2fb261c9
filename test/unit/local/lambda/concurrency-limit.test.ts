import { expect, test } from 'vitest';
import { defaultConcurrency } from '../../../../local/lambda/concurrency-limit.ts';

const gibibyte = 1024 ** 3;

const machines = [
  { title: '24 GiB and functions of up to 1,024 MB', memory: [256, 1024, 512], gib: 24, limit: 18 },
  { title: '64 GiB and functions of 512 MB', memory: [512], gib: 64, limit: 96 },
  { title: 'little memory, as an account has at least', memory: [1024], gib: 2, limit: 10 },
  { title: 'much memory, as an account has at most', memory: [128], gib: 1024, limit: 1000 },
  { title: 'no functions', memory: [], gib: 16, limit: 96 },
];

test.each(machines)('With $title, $limit functions run at the same time', ({ memory, gib, limit }) => {
  const functions = memory.map((memoryMegabytes) => ({ memoryMegabytes }));

  expect(defaultConcurrency(functions, gib * gibibyte)).toBe(limit);
});
