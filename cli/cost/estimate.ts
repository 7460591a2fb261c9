import { type Bill, billOf } from './bill.ts';
import { firstLoadUsage, monthUsage, standingUsage, usualRun } from './month-usage.ts';
import type { Prices } from './price-list.ts';
import { pullRunUsage } from './pull-run.ts';
import { alternatives } from './transfer-family.ts';
import { type SharedOut, transferOf } from './transfer-usage.ts';
import { gigabytes } from './usage.ts';
import { bytesPerMonth, type Workload } from './workload.ts';

/** What a workload costs, and what it is made of. */
export interface Estimate {
  readonly workload: Workload;
  /** The newest day that a price of the list is known for. */
  readonly pricesAsOf: string;
  readonly month: Bill;
  /** Of the month, what is there without a single run. */
  readonly standingUsd: number;
  /** Of the month, what keeping objects costs, whoever brings them. */
  readonly storageUsd: number;
  /** One run of one flow, without what is stored; undefined for a push, which has no runs that move. */
  readonly run: { readonly route: SharedOut['route']; readonly usd: number } | undefined;
  /** Moving everything once, in all flows. */
  readonly firstLoadUsd: number;
  /** What the bucket keeps of a month costs in each month after it. */
  readonly growth: { readonly gigabytes: number; readonly usdPerMonth: number };
  readonly alternatives: readonly { readonly name: string; readonly but: string; readonly bill: Bill }[];
}

/** The bill of a month, and what a first load and one run are of it. */
export function estimate(workload: Workload, prices: Prices): Estimate {
  const grown = gigabytes(bytesPerMonth(workload));
  const run = usualRun(workload);
  const usage = monthUsage(workload);
  return {
    workload,
    pricesAsOf: newest(prices),
    month: billOf(usage, prices),
    standingUsd: billOf(standingUsage(workload), prices).usd,
    storageUsd: billOf({ 's3.storage': usage['s3.storage'] ?? 0 }, prices).usd,
    run:
      workload.direction === 'pull'
        ? { route: transferOf(run).route, usd: billOf(pullRunUsage(run), prices).usd }
        : undefined,
    firstLoadUsd: billOf(firstLoadUsage(workload), prices).usd,
    growth: { gigabytes: grown, usdPerMonth: billOf({ 's3.storage': grown }, prices).usd },
    alternatives: alternatives(workload).map(({ name, but, usage: used }) => ({
      name,
      but,
      bill: billOf(used, prices),
    })),
  };
}

function newest(prices: Prices): string {
  return Object.values(prices).reduce((latest, { asOf }) => (asOf > latest ? asOf : latest), '');
}
