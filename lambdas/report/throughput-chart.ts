import type { ReportDetails, ThroughputByTime } from '../contract/documents/full-report.ts';
import { bytesText, durationText, numberText } from './amounts.ts';
import { type Html, html } from './html.ts';
import { section, table } from './section.ts';

/** Bytes per second over the time of the run, as a bar chart and as a table. */
export function throughputSection(
  { throughput, endedAt }: ReportDetails,
  startedAt: string,
): Html | undefined {
  const { secondsPerSpan, spans } = throughput;
  const rates = spans.map(({ bytes }) => bytes / secondsPerSpan);
  const maxRate = Math.max(...rates, 0);
  if (maxRate === 0) return undefined;
  const bars = rates.map((rate, index) => {
    const height = (rate / maxRate) * 100;
    return html`<rect x="${index + 0.05}" y="${(100 - height).toFixed(2)}" width="0.9" height="${height.toFixed(2)}"/>`;
  });
  const every = durationText(secondsPerSpan);
  const inWords = `Peak ${bytesText(maxRate)}/s; each bar is ${every}.`;
  return section('throughput', 'Throughput', [
    html`<figure>
<svg class="chart" role="img" aria-labelledby="chart-title" focusable="false" viewBox="0 0 ${spans.length} 100" preserveAspectRatio="none"><title id="chart-title">Bytes per second over the time of the run. ${inWords} The table below has the numbers.</title><g class="spans">${bars}</g></svg>
<figcaption><div class="axis"><span>${clock(startedAt, secondsPerSpan)}</span><span>${clock(endedAt, secondsPerSpan)}</span></div>${inWords}</figcaption>
</figure>`,
    html`<details><summary>Show the numbers</summary>${numbers(throughput, startedAt)}</details>`,
  ]);
}

function numbers({ secondsPerSpan, spans }: ThroughputByTime, startedAt: string): Html {
  const rows = spans.map(({ files, bytes }, index) => [
    clock(new Date(Date.parse(startedAt) + index * secondsPerSpan * 1000).toISOString(), secondsPerSpan),
    numberText(files),
    bytesText(bytes),
    `${bytesText(bytes / secondsPerSpan)}/s`,
  ]);
  return table(
    'Transferred files by time (UTC). A file counts when its transfer ends; its bytes when they arrive.',
    [
      { title: 'From', kind: 'word' },
      { title: 'Files', kind: 'number' },
      { title: 'Bytes', kind: 'number' },
      { title: 'Rate', kind: 'number' },
    ],
    rows,
  );
}

/** `02:15:07` in UTC; with milliseconds where spans are shorter than a second. */
function clock(time: string, secondsPerSpan: number): string {
  return time.slice(11, secondsPerSpan < 1 ? 23 : 19);
}
