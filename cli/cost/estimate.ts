import { type Bill, toBill } from './bill.ts';
import { firstLoadUsage, monthUsage, standingUsage, typicalRun } from './month-usage.ts';
import type { Prices } from './price-list.ts';
import { pullRunUsage } from './pull-run.ts';
import { alternatives } from './transfer-family.ts';
import { type SplitTransfer, splitTransfer } from './transfer-usage.ts';
import { gigabytes } from './usage.ts';
import { bytesPerMonth, type Workload } from './workload.ts';

/** The cost of a workload. */
export interface Estimate {
  readonly workload: Workload;
  /** The date of the newest price of the list. */
  readonly pricesAsOf: string;
  readonly month: Bill;
  /** The part of the month that is due without a single run. */
  readonly standingUsd: number;
  /** The part of the month for object storage, which any other product costs too. */
  readonly storageUsd: number;
  /** One run of one flow, without storage; undefined for a push, which transfers by events. */
  readonly run: { readonly route: SplitTransfer['route']; readonly usd: number } | undefined;
  /** The first run of all flows, which transfers everything. */
  readonly firstLoadUsd: number;
  /** What a month adds to the bucket, and to the bill of each later month. */
  readonly growth: { readonly gigabytes: number; readonly usdPerMonth: number };
  readonly alternatives: readonly { readonly name: string; readonly but: string; readonly bill: Bill }[];
}

/** The bill of a month, of the first load and of one run, and of the alternatives. */
export function estimate(workload: Workload, prices: Prices): Estimate {
  const addedGigabytes = gigabytes(bytesPerMonth(workload));
  const run = typicalRun(workload);
  const usage = monthUsage(workload);
  return {
    workload,
    pricesAsOf: newestDate(prices),
    month: toBill(usage, prices),
    standingUsd: toBill(standingUsage(workload), prices).usd,
    storageUsd: toBill({ 's3.storage': usage['s3.storage'] ?? 0 }, prices).usd,
    run:
      workload.direction === 'pull'
        ? { route: splitTransfer(run).route, usd: toBill(pullRunUsage(run), prices).usd }
        : undefined,
    firstLoadUsd: toBill(firstLoadUsage(workload), prices).usd,
    growth: { gigabytes: addedGigabytes, usdPerMonth: toBill({ 's3.storage': addedGigabytes }, prices).usd },
    alternatives: alternatives(workload).map(({ name, but, usage: used }) => ({
      name,
      but,
      bill: toBill(used, prices),
    })),
  };
}

function newestDate(prices: Prices): string {
  return Object.values(prices).reduce((latest, { asOf }) => (asOf > latest ? asOf : latest), '');
}
