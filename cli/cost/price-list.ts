import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What AWS bills, as `service.item`, in the order of a bill. */
export const priceKeys = [
  'stepFunctions.transition',
  'lambda.gigabyteSecond',
  'lambda.request',
  'dynamodb.write',
  'dynamodb.read',
  'dynamodb.storage',
  'dynamodb.recovery',
  's3.write',
  's3.read',
  's3.storage',
  'sqs.standard',
  'sqs.fifo',
  'eventbridge.event',
  'scheduler.invocation',
  'logs.ingested',
  'logs.storage',
  'cloudwatch.alarm',
  'cloudwatch.metric',
  'cloudwatch.dashboard',
  'xray.trace',
  'secrets.secret',
  'secrets.call',
  'parameters.standard',
  'network.out',
  'nat.hour',
  'nat.gigabyte',
  'nat.address',
  'transfer.serverHour',
  'transfer.serverGigabyte',
  'transfer.connectorCall',
  'transfer.connectorGigabyte',
] as const;
export type PriceKey = (typeof priceKeys)[number];

export const regions = ['eu-west-1', 'us-east-1'] as const;
export type Region = (typeof regions)[number];

export const priceSchema = z.strictObject({
  /** The price of `per` units. */
  usd: z.number().nonnegative(),
  per: z.number().int().positive(),
  unit: z.string().min(1),
  /** The public page or file with the price. */
  source: z.url({ protocol: /^https$/ }),
  /** The date of the price. */
  asOf: z.iso.date(),
  /** The origin of the number: this repository fetches no prices. */
  checked: z.string().min(1),
});
export type Price = z.infer<typeof priceSchema>;

const pricesSchema = z.record(z.enum(priceKeys), priceSchema);
const priceListSchema = z.strictObject({
  currency: z.literal('USD'),
  regions: z.record(z.enum(regions), pricesSchema),
});

/** Prices without free tiers and volume discounts. */
export type Prices = z.infer<typeof pricesSchema>;

/** The prices of a region, from prices.json. @throws ZodError when one of them has no source. */
export function readPrices(region: Region): Prices {
  const text = readFileSync(new URL('prices.json', import.meta.url), 'utf8');
  return priceListSchema.parse(JSON.parse(text)).regions[region];
}
