import type { WholeReport } from '../contract/report.ts';
import { bytesText, durationText, numberText } from './amounts.ts';
import { type Html, html } from './html.ts';

/** What the run came to, in numbers. */
export function totals(report: WholeReport): Html {
  const { listed, transferred, skipped, held, refused, failed, bytes, seconds, cleared, notCleared } = report;
  const tiles: readonly (readonly [string, string])[] = [
    ['Listed', numberText(listed)],
    ['Transferred', numberText(transferred)],
    ['Bytes', bytesText(bytes)],
    ['Failed', numberText(failed)],
    ['Held', numberText(held)],
    ['Refused', numberText(refused)],
    ['Skipped', numberText(skipped)],
    ...(cleared + notCleared > 0
      ? ([
          ['Cleared at the partner', `${numberText(cleared)} of ${numberText(cleared + notCleared)}`],
        ] as const)
      : []),
    ['Took', durationText(seconds)],
  ];
  return html`<dl class="totals">${tiles.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
