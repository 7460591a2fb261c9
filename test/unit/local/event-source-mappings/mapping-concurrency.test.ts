import { expect, test } from 'vitest';
import { MappingConcurrency } from '../../../../local/event-source-mappings/mapping-concurrency.ts';

test('A mapping halves its batches at each throttled call, down to one, and regains one at each invocation', () => {
  const concurrency = new MappingConcurrency(5);
  const steps = [
    'reduce',
    'reduce',
    'reduce',
    ...Array.from({ length: 5 }, () => 'restore' as const),
  ] as const;

  const allowed = steps.map((step) => {
    concurrency[step]();
    return concurrency.allowed;
  });

  expect(allowed).toEqual([2, 1, 1, 2, 3, 4, 5, 5]);
});
