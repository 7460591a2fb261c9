import { createHash } from 'node:crypto';
import type { ReportDetails, WholeReport } from '../contract/report.ts';
import { durationText } from './amounts.ts';
import { changesSection } from './changes-section.ts';
import { failedSection, notMovedSections, skippedSection, slowestSection } from './files-sections.ts';
import { Html, html } from './html.ts';
import { outcomeBar } from './outcome-bar.ts';
import { pageStyle } from './page-style.ts';
import { section } from './section.ts';
import { throughputSection } from './throughput-chart.ts';
import { totals } from './totals-section.ts';
import { statusWords, timeText } from './words.ts';

/** Nothing is loaded, sent or run: what a partner may have smuggled in would find no way out either. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** A run's report as one page that needs nothing else: no script, no request. */
export function reportPage(report: WholeReport): string {
  const { partner, flow, run, status, startedAt, seconds } = report;
  const title = `${partner}/${flow}: run ${statusWords[status]}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(pageStyle)}</style>
</head>
<body>
<header>
<h1>${partner}/${flow}</h1>
<p class="end ${tones[status]}">Run ${statusWords[status]}</p>
<p class="quiet">Run ${run}, started <time datetime="${startedAt}">${timeText(startedAt)}</time>, took ${durationText(seconds)}.</p>
</header>
<main>
${problem(report)}
${section('totals', 'Totals', [totals(report)])}
${section('outcomes', 'What became of the files', [outcomeBar(report)])}
${report.details === undefined ? html`<p>This run wrote no more than its totals.</p>` : inDetail(report, report.details)}
</main>
<footer><p class="quiet">ftps-sync. Times are UTC. Everything on this page is from the run’s own documents; <code>npx ftps-sync logs ${run}</code> shows what its functions logged.</p></footer>
</body>
</html>
`;
  return page.text;
}

const tones: Readonly<Record<WholeReport['status'], 'good' | 'bad' | 'wait'>> = {
  succeeded: 'good',
  incomplete: 'wait',
  halted: 'bad',
  failed: 'bad',
  busy: 'wait',
  paused: 'wait',
};

function problem({ problem: found, partner, flow }: WholeReport): Html | undefined {
  if (found === undefined) return undefined;
  return html`<section class="problem" aria-labelledby="problem"><h2 id="problem">What went wrong</h2>
<p><code>${found.fault}</code>: ${found.message}</p>
<p>What is still open: <code>npx ftps-sync attention ${partner} ${flow}</code></p></section>`;
}

function inDetail(report: WholeReport, details: ReportDetails): readonly (Html | undefined)[] {
  return [
    failedSection(details, report.failed),
    ...notMovedSections(details),
    changesSection(report, details),
    throughputSection(details, report.startedAt),
    slowestSection(details),
    skippedSection(details),
  ];
}
