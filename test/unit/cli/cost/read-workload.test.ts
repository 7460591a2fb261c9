import { expect, test } from 'vitest';
import { readWorkload, type WorkloadOptions } from '../../../../cli/cost/read-workload.ts';
import { workload } from './workloads.ts';

test('The defaults are one pull flow with daily runs, of which a tenth changes', () => {
  expect(workload({ files: '2500', bytes: '1GB' })).toEqual({
    direction: 'pull',
    region: 'eu-west-1',
    partners: 1,
    flows: 1,
    files: 2500,
    bytes: 1e9,
    directories: 3,
    runsPerMonth: 30,
    moved: { are: 'changed', files: 250 },
    staticAddress: false,
  });
});

test.each([
  ['1500000', 1_500_000],
  ['0', 0],
  ['20GB', 20e9],
  ['20 gb', 20e9],
  ['1.5TiB', 1.5 * 1024 ** 4],
  ['64MiB', 64 * 1024 ** 2],
])('--bytes %s is %d', (bytes, expected) => {
  expect(workload({ bytes }).bytes).toBe(expected);
});

test.each<[WorkloadOptions, Readonly<{ are: string; files: number }>]>([
  [{ changedShare: '0' }, { are: 'changed', files: 0 }],
  [{ changedShare: '1' }, { are: 'changed', files: 1000 }],
  [{ changedShare: '.0001' }, { are: 'changed', files: 1 }],
  [{ newFiles: '0' }, { are: 'new', files: 0 }],
  [{ newFiles: '5000' }, { are: 'new', files: 5000 }],
])('With %o a run transfers %o', (options, moved) => {
  expect(workload(options).moved).toEqual(moved);
});

test.each<[WorkloadOptions, RegExp]>([
  [{ files: '0' }, /^--files must be a whole number from 1, not '0'$/],
  [{ files: '1e6' }, /^--files must be a whole number from 1, not '1e6'$/],
  [{ bytes: '3Q' }, /^--bytes must be an amount such as 1500000, 20GB or 1\.5TiB, not '3Q'$/],
  [{ bytes: '-1' }, /^--bytes must be an amount/],
  [{ bytes: 'constructor' }, /^--bytes must be an amount/],
  [{ files: '1', bytes: '60TiB' }, /maximum object size of 48\.8 TiB/],
  [{ changedShare: '1.1' }, /^--changed-share must be a number from 0 to 1, not '1\.1'$/],
  [{ changedShare: 'half' }, /^--changed-share must be a number from 0 to 1, not 'half'$/],
  [{ changedShare: '0.5', newFiles: '3' }, /give one of them$/],
  [{ newFiles: '-3' }, /^--new-files must be a whole number from 0, not '-3'$/],
  [{ directories: '0' }, /^--directories must/],
  [{ partners: '1.5' }, /^--partners must/],
  [{ flows: '' }, /^--flows must/],
  [{ runsPerMonth: '0' }, /^--runs-per-month must/],
  [{ direction: 'up' }, /^--direction must be pull or push, not 'up'$/],
  [{ region: 'eu-south-1' }, /^--region must be eu-west-1 or us-east-1, not 'eu-south-1'$/],
])('%o is refused with what is accepted', (options, message) => {
  const read = readWorkload({ files: '1000', bytes: '10MB', ...options });

  expect(read).toEqual({ kind: 'errors', errors: [expect.stringMatching(message)] });
});

test('All errors are reported at once', () => {
  const read = readWorkload({ files: 'many', bytes: 'much', direction: 'up' });

  expect(read.kind === 'errors' && read.errors).toHaveLength(3);
});
