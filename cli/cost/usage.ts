import { type PriceKey, priceKeys } from './price-list.ts';

/** How much of each is used, in units of its price. What is not named is not used. */
export type Usage = Readonly<Partial<Record<PriceKey, number>>>;

/** The usages together; what is nothing is left out. */
export function sumOf(...usages: readonly Usage[]): Usage {
  const entries = priceKeys.map((key) => [key, usages.reduce((sum, usage) => sum + (usage[key] ?? 0), 0)]);
  return Object.fromEntries(entries.filter(([, amount]) => amount !== 0));
}

export function times(usage: Usage, factor: number): Usage {
  return Object.fromEntries(Object.entries(usage).map(([key, amount]) => [key, amount * factor]));
}

/** S3, DynamoDB, CloudWatch and data transfer are billed by the GB of 1,024 x 1,024 x 1,024 bytes. */
const gigabyte = 1024 ** 3;

export function gigabytes(bytes: number): number {
  return bytes / gigabyte;
}
