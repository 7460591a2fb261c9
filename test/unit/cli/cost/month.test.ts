import { expect, test } from 'vitest';
import { estimate } from '../../../../cli/cost/estimate.ts';
import { firstLoadUsage, monthUsage, standingUsage } from '../../../../cli/cost/month-usage.ts';
import { readPrices } from '../../../../cli/cost/price-list.ts';
import type { WorkloadOptions } from '../../../../cli/cost/read-workload.ts';
import { workload } from './workloads.ts';

const prices = readPrices('us-east-1');

test('Twice the partners make twice the work and twice the secrets', () => {
  const one = monthUsage(workload({ partners: '1' }));
  const two = monthUsage(workload({ partners: '2' }));

  // The monitor is started once for all partners.
  expect((two['scheduler.invocation'] ?? 0) - (one['scheduler.invocation'] ?? 0)).toBe(30);
  expect(two['secrets.secret']).toBe(2);
  expect(two['stepFunctions.transition']).toBe(2 * (one['stepFunctions.transition'] ?? 0));
  expect(two['cloudwatch.alarm']).toBe(one['cloudwatch.alarm']);
});

test.each<[string, WorkloadOptions]>([
  ['a pull', { direction: 'pull' }],
  ['a push', { direction: 'push' }],
])('The month of %s includes what is due without a run', (_, options) => {
  const month = monthUsage(workload({ ...options, partners: '3' }));

  const standing = Object.entries(standingUsage({ partners: 3 }));
  for (const [key, amount] of standing) {
    expect(month).toHaveProperty(
      [key],
      expect.toSatisfy((used) => Number(used) >= amount),
    );
  }
});

test('A month without changes writes to the table per run, not per file', () => {
  const small = monthUsage(workload({ files: '100', changedShare: '0', directories: '1' }));
  const large = monthUsage(workload({ files: '10000', changedShare: '0', directories: '1' }));

  expect(large['dynamodb.write']).toBeCloseTo(small['dynamodb.write'] ?? 0, -1);
});

test('A pushed object has one event, and leaves AWS once', () => {
  const options = { direction: 'push', files: '100', bytes: '100GiB', runsPerMonth: '1' };

  const month = monthUsage(workload({ ...options, newFiles: '10' }));

  expect(month['eventbridge.event']).toBe(10);
  expect(month['network.out']).toBe(10);
  expect(month['dynamodb.write']).toBe(60);
});

test('A pull transfers nothing out of AWS', () => {
  expect(monthUsage(workload({ bytes: '100GiB' }))['network.out']).toBeUndefined();
});

test('Only a static address adds a NAT gateway to the bill', () => {
  const options = { files: '10', bytes: '10GiB', newFiles: '1' };

  expect(monthUsage(workload(options))['nat.hour']).toBeUndefined();
  expect(monthUsage(workload({ ...options, staticAddress: true }))).toMatchObject({
    'nat.hour': 730,
    'nat.address': 730,
    'nat.gigabyte': 30,
  });
});

test('The first load transfers every file of every flow once', () => {
  const loaded = firstLoadUsage(workload({ files: '1000', bytes: '1MB', partners: '2', flows: '3' }));

  expect(loaded['s3.write']).toBeGreaterThan(6000);
  expect(loaded['s3.write']).toBeLessThan(6300);
});

test('Transfer Family bills by the hour and the gigabyte, or by the call', () => {
  const { alternatives } = estimate(
    workload({ partners: '50', files: '200', bytes: '1GiB', newFiles: '200' }),
    prices,
  );

  const [server, connectors] = alternatives.map(({ bill }) => bill.usd);
  expect(server).toBeCloseTo(730 * 0.3 + 1500 * 0.04, 6);
  // 300,000 files and 1,500 listings, $0.001 each.
  expect(connectors).toBeCloseTo(301.5 + 1500 * 0.4, 6);
});

test('The estimate says that connectors do not speak FTPS, and which files are too large for them', () => {
  const text = (files: string) =>
    estimate(workload({ files, bytes: '10TB' }), prices)
      .alternatives.map(({ but }) => but)
      .join(' ');

  expect(text('1000')).toContain('They do not speak FTPS');
  expect(text('1000')).not.toContain('150 GiB');
  expect(text('10')).toContain('no file of more than 150 GiB');
});
