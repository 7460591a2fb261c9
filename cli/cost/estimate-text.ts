import { bytesText, countText } from '../../lambdas/report/amounts.ts';
import { textTable } from '../text/text-table.ts';
import type { Bill } from './bill.ts';
import type { Estimate } from './estimate.ts';
import type { Price } from './price-list.ts';
import { allFlows, meanBytes, type Workload } from './workload.ts';

const header = ['SERVICE', 'ITEM', 'QUANTITY', 'UNIT PRICE', 'MONTH'];

/** The estimate as text: the assumptions, the bill, and the bill of the alternatives. */
export function estimateText(estimate: Estimate): string {
  const { workload, month, standingUsd, storageUsd, run, firstLoadUsd, growth, pricesAsOf } = estimate;
  const perRun = run === undefined ? '' : ` One run of a flow: ${usdText(run.usd)} (route: ${run.route}).`;
  const others = estimate.alternatives.map(
    ({ name, but, bill }) => `\n${name}: ${usdText(bill.usd)} a month. ${but}\n${table(bill)}`,
  );
  return [
    `${workloadText(workload)}\n\n`,
    table(month),
    `\nOf this, ${usdText(standingUsd)} is due without a single run, and ${usdText(storageUsd)} is object storage.\n`,
    `First load of all files: ${usdText(firstLoadUsd)}.${perRun}\n`,
    `Each month adds ${amountText(growth.gigabytes)} GB to the bucket, and ${usdText(growth.usdPerMonth)} to the bill of each later month.\n`,
    workload.staticAddress ? 'The constructs do not create the NAT gateway.\n' : '',
    '\nThe same work with AWS Transfer Family, where it applies. Object storage comes on top.\n',
    ...others,
    `\nUSD, ${workload.region}, prices as of ${pricesAsOf} or earlier; cli/cost/prices.json has the source of each.\n`,
    'Without free tier, discounts and tax. docs/scale.md explains what is counted.\n',
  ].join('');
}

function workloadText(workload: Workload): string {
  const { direction, partners, flows, files, bytes, directories, runsPerMonth, moved } = workload;
  const who =
    allFlows(workload) === 1
      ? `One ${direction} flow`
      : `${countText(partners, 'partner')} with ${countText(flows, `${direction} flow`)} each`;
  const found =
    direction === 'pull'
      ? `lists ${countText(files, 'file')} (${bytesText(bytes)}) in ${countDirectories(directories)}`
      : `finds ${countText(files, 'object')} (${bytesText(bytes)})`;
  const movedBytes = bytesText(moved.files * meanBytes(workload));
  return (
    `${who}, ${countText(runsPerMonth, 'run')} a month.\n` +
    `Each run ${found} and transfers ${countText(moved.files, `${moved.are} file`)} (${movedBytes}).`
  );
}

function countDirectories(count: number): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'directory' : 'directories'}`;
}

function table({ lines, usd }: Bill): string {
  const rows = lines.map((line) => [
    line.service,
    line.what,
    amountText(line.quantity),
    unitPriceText(line.price),
    usdText(line.usd),
  ]);
  return textTable(header, [...rows, ['TOTAL', '', '', '', usdText(usd)]]);
}

function amountText(quantity: number): string {
  if (quantity > 0 && quantity < 0.005) return 'under 0.01';
  const digits = quantity < 10 ? 2 : quantity < 1000 ? 1 : 0;
  return quantity.toLocaleString('en-US', { maximumFractionDigits: digits });
}

function unitPriceText({ usd, per, unit }: Price): string {
  const amount = `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 6 })}`;
  return per === 1 ? `${amount} per ${unit}` : `${amount} per ${per.toLocaleString('en-US')} ${unit}s`;
}

/** `$1,234.50`, or `under $0.01`. */
export function usdText(usd: number): string {
  if (usd > 0 && usd < 0.005) return 'under $0.01';
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
