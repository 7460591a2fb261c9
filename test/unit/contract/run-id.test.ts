import { expect, test } from 'vitest';
import { makeRunId } from '../../../lambdas/contract/ids.ts';

const digest = '1f3a9c04';

test('Run ids sort by start time, even of two runs in the same second', () => {
  const times = [
    '2026-11-20T02:15:00.009Z',
    '2026-11-20T02:15:00.010Z',
    '2026-11-20T02:15:00.999Z',
    '2026-11-20T02:15:01.000Z',
  ];
  const falling = ['ffffffff', 'eeeeeeee', 'cccccccc', '00000000'];

  const ids = times.map((time, index) => makeRunId(new Date(time), falling[index] ?? digest));

  expect(ids.toSorted()).toEqual(ids);
});

test('A run id is the same for the same execution, and different for another', () => {
  const startedAt = new Date('2026-11-20T02:15:00.100Z');

  expect(makeRunId(startedAt, digest)).toBe('20261120T021500Z-0641f3a9');
  expect(makeRunId(startedAt, '2f3a9c04')).not.toBe(makeRunId(startedAt, digest));
});
