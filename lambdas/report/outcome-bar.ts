import type { FullReport } from '../contract/documents/full-report.ts';
import { countText, numberText } from './amounts.ts';
import { type Html, html } from './html.ts';

const kinds = ['transferred', 'skipped', 'held', 'refused', 'failed', 'notReached'] as const;
const kindTexts: Partial<Record<(typeof kinds)[number], string>> = { notReached: 'not reached' };

/** The smallest width of a part, in percent: one failed file in a million must be visible. */
const minPercent = 1;

/** The outcomes of all files as one stacked bar, with a legend in the same order. */
export function outcomeBar(report: FullReport): Html {
  const counted = kinds.map((kind) => ({ kind, count: report[kind] })).filter(({ count }) => count > 0);
  const sum = counted.reduce((all, { count }) => all + count, 0);
  if (sum === 0) return html`<p>No files were found.</p>`;
  const wanted = counted.map(({ count }) => Math.max(minPercent, (count / sum) * 100));
  const scale = 100 / wanted.reduce((all, percent) => all + percent, 0);
  let begin = 0;
  const parts = counted.map(({ kind }, index) => {
    const width = (wanted[index] ?? 0) * scale;
    const part = html`<rect class="fill-${kind}" x="${percent(begin)}" width="${percent(width)}" height="100%"/>`;
    begin += width;
    return part;
  });
  const inWords = counted
    .map(({ kind, count }) => `${numberText(count)} ${kindTexts[kind] ?? kind}`)
    .join(', ');
  const legend = counted.map(
    ({ kind, count }) =>
      html`<li><svg aria-hidden="true" focusable="false"><rect class="fill-${kind}" width="100%" height="100%"/></svg>${kindTexts[kind] ?? kind}: ${numberText(count)}</li>`,
  );
  return html`<figure>
<svg class="bar" role="img" aria-labelledby="bar-title" focusable="false"><title id="bar-title">Of ${countText(sum, 'file')}: ${inWords}</title>${parts}</svg>
<figcaption><ul class="legend">${legend}</ul></figcaption>
</figure>`;
}

function percent(value: number): string {
  return `${value.toFixed(3)}%`;
}
