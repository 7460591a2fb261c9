import { expect, test } from 'vitest';
import { toBill } from '../../../../cli/cost/bill.ts';
import { priceKeys, readPrices, regions } from '../../../../cli/cost/price-list.ts';

test.each(regions)('Every price of %s has an official source, a date and its origin', (region) => {
  const prices = readPrices(region);

  const unnamed = priceKeys.filter((key) => {
    const { source, checked } = prices[key];
    const isOfficial = /^https:\/\/(aws\.amazon\.com|pricing\.us-east-1\.amazonaws\.com)\//.test(source);
    return !isOfficial || !checked.includes('not fetched by this repository');
  });
  expect(unnamed).toEqual([]);
});

test('Prices of a region do not come from another region', () => {
  const prices = readPrices('us-east-1');

  expect(priceKeys.filter((key) => prices[key].source.includes('eu-west-1'))).toEqual([]);
});

test('A line is quantity times price, and the total is the sum of the lines', () => {
  const { lines, usd } = toBill(
    { 's3.write': 3000, 'stepFunctions.transition': 1_000_000, 'secrets.secret': 2 },
    readPrices('us-east-1'),
  );

  expect(lines.map((line) => [line.service, line.quantity, line.usd])).toEqual([
    ['Step Functions', 1_000_000, 25],
    ['S3', 3000, 0.015],
    ['Secrets Manager', 2, 0.8],
  ]);
  expect(usd).toBeCloseTo(25.815, 10);
});
