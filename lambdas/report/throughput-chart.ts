import type { ReportDetails, ThroughputByTime } from '../contract/report.ts';
import { bytesText, durationText, numberText } from './amounts.ts';
import { type Html, html } from './html.ts';
import { section, table } from './section.ts';

/** Bytes a second over the run's time: as a picture, and as a table for whoever wants the numbers or hears the page. */
export function throughputSection(
  { throughput, endedAt }: ReportDetails,
  startedAt: string,
): Html | undefined {
  const { secondsPerSpan, spans } = throughput;
  const rates = spans.map(({ bytes }) => bytes / secondsPerSpan);
  const most = Math.max(...rates, 0);
  if (most === 0) return undefined;
  const bars = rates.map((rate, index) => {
    const height = (rate / most) * 100;
    return html`<rect x="${index + 0.05}" y="${(100 - height).toFixed(2)}" width="0.9" height="${height.toFixed(2)}"/>`;
  });
  const every = durationText(secondsPerSpan);
  const inWords = `At most ${bytesText(most)} a second; each bar is ${every} of the run.`;
  return section('throughput', 'Throughput over time', [
    html`<figure>
<svg class="chart" role="img" aria-labelledby="chart-title" focusable="false" viewBox="0 0 ${spans.length} 100" preserveAspectRatio="none"><title id="chart-title">Bytes a second over the time of the run. ${inWords} The numbers are in the table below.</title><g class="spans">${bars}</g></svg>
<figcaption><div class="axis"><span>${clock(startedAt, secondsPerSpan)}</span><span>${clock(endedAt, secondsPerSpan)}</span></div>${inWords}</figcaption>
</figure>`,
    html`<details><summary>The numbers</summary>${numbers(throughput, startedAt)}</details>`,
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
    'What arrived, by time (UTC). A file counts where it ended.',
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
