import { createHash } from 'node:crypto';
import type { FullReport, ReportDetails } from '../contract/documents/full-report.ts';
import { durationText, timeText } from './amounts.ts';
import { changesSection } from './changes-section.ts';
import { failedSection, notMovedSections, skippedSection, slowestSection } from './files-sections.ts';
import { Html, html } from './html.ts';
import { statusLabels } from './labels.ts';
import { outcomeBar } from './outcome-bar.ts';
import { pageStyle } from './page-style.ts';
import { section } from './section.ts';
import { throughputSection } from './throughput-chart.ts';
import { totals } from './totals-section.ts';

/** Nothing is loaded, sent or executed, so that injected content could not do so either. */
const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The report of a run as one self-contained HTML page, without scripts and requests. */
export function reportPage(report: FullReport): string {
  const { partner, flow, run, status, startedAt, seconds } = report;
  const title = `${partner}/${flow}: run ${statusLabels[status]}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(pageStyle)}</style>
</head>
<body>
<header>
<h1>${partner}/${flow}</h1>
<p class="end ${tones[status]}">Run ${statusLabels[status]}</p>
<p class="quiet">Run ${run}, started <time datetime="${startedAt}">${timeText(startedAt)}</time>, duration ${durationText(seconds)}.</p>
</header>
<main>
${errorSection(report)}
${section('totals', 'Totals', [totals(report)])}
${section('outcomes', 'Outcomes', [outcomeBar(report)])}
${report.details === undefined ? html`<p>This run recorded only its totals.</p>` : detailSections(report, report.details)}
</main>
<footer><p class="quiet">ftps-sync. Times are UTC. This page shows the documents that the run recorded. Show its logs: <code>npx ftps-sync logs ${run}</code></p></footer>
</body>
</html>
`;
  return page.text;
}

const tones: Readonly<Record<FullReport['status'], 'good' | 'bad' | 'wait'>> = {
  succeeded: 'good',
  incomplete: 'wait',
  halted: 'bad',
  failed: 'bad',
  busy: 'wait',
  paused: 'wait',
};

function errorSection({ cause, partner, flow }: FullReport): Html | undefined {
  if (cause === undefined) return undefined;
  return html`<section class="error" aria-labelledby="error"><h2 id="error">Error</h2>
<p><code>${cause.error}</code>: ${cause.message}</p>
<p>Show open issues: <code>npx ftps-sync attention ${partner} ${flow}</code></p></section>`;
}

function detailSections(report: FullReport, details: ReportDetails): readonly (Html | undefined)[] {
  return [
    failedSection(details, report.failed),
    ...notMovedSections(details),
    changesSection(report, details),
    throughputSection(details, report.startedAt),
    slowestSection(details),
    skippedSection(details),
  ];
}
