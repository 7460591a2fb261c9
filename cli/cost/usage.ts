import { type PriceKey, priceKeys } from './price-list.ts';

/** The quantity of each price, in its unit. An absent key is zero. */
export type Usage = Readonly<Partial<Record<PriceKey, number>>>;

/** Adds usages up. Leaves out zeros. */
export function sumUsages(...usages: readonly Usage[]): Usage {
  const entries = priceKeys.map((key) => [key, usages.reduce((sum, usage) => sum + (usage[key] ?? 0), 0)]);
  return Object.fromEntries(entries.filter(([, amount]) => amount !== 0));
}

export function times(usage: Usage, factor: number): Usage {
  return Object.fromEntries(Object.entries(usage).map(([key, amount]) => [key, amount * factor]));
}

/** S3, DynamoDB, CloudWatch and data transfer bill per GB of 1,024^3 bytes. */
const gigabyte = 1024 ** 3;

export function gigabytes(bytes: number): number {
  return bytes / gigabyte;
}
