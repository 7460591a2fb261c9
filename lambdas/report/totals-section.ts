import type { FullReport } from '../contract/documents/full-report.ts';
import { bytesText, durationText, numberText } from './amounts.ts';
import { type Html, html } from './html.ts';

/** The totals of the run. */
export function totals(report: FullReport): Html {
  const {
    listed,
    transferred,
    skipped,
    held,
    refused,
    failed,
    notReached,
    bytes,
    seconds,
    disposed,
    notDisposed,
  } = report;
  const tiles: readonly (readonly [string, string])[] = [
    ['Listed', numberText(listed)],
    ['Transferred', numberText(transferred)],
    ['Bytes', bytesText(bytes)],
    ['Failed', numberText(failed)],
    ['Held', numberText(held)],
    ['Refused', numberText(refused)],
    ['Skipped', numberText(skipped)],
    ...(notReached > 0 ? ([['Not reached', numberText(notReached)]] as const) : []),
    ...unknownTiles(report),
    ...(disposed + notDisposed > 0
      ? ([
          [
            'Deleted or moved at the partner',
            `${numberText(disposed)} of ${numberText(disposed + notDisposed)}`,
          ],
        ] as const)
      : []),
    ['Duration', durationText(seconds)],
  ];
  return html`<dl class="totals">${tiles.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function unknownTiles({ filesWithoutTime = 0, filesWithoutSize = 0 }: FullReport) {
  return [
    ...(filesWithoutTime > 0 ? ([['Without a time', numberText(filesWithoutTime)]] as const) : []),
    ...(filesWithoutSize > 0 ? ([['Without a size', numberText(filesWithoutSize)]] as const) : []),
  ];
}
