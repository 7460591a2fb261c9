import { describe, expect, it } from 'vitest';
import type { WholeReport } from '../../../lambdas/contract/report.ts';
import { html } from '../../../lambdas/report/html.ts';
import { reportPage } from '../../../lambdas/report/report-page.ts';
import { hostileText, quietReport, sampleReport } from './sample-report.ts';

describe('HTML', () => {
  it('has text escaped, between tags and in attributes', () => {
    const { text } = html`<p title="${`"a' <b>&`}">${'<script>'}</p>`;

    expect(text).toBe('<p title="&quot;a&#39; &lt;b&gt;&amp;">&lt;script&gt;</p>');
  });

  it('has HTML in HTML as it is, lists one after the other, and nothing for undefined', () => {
    const { text } = html`<ul>${[1, 2].map((each) => html`<li>${each}</li>`)}${undefined}</ul>`;

    expect(text).toBe('<ul><li>1</li><li>2</li></ul>');
  });

  it('has control and direction characters written out', () => {
    const { text } = html`${'a\u0000b\u202ec\ud800'}`;

    expect(text).toBe('a\\u0000b\\u202ec\ufffd');
  });
});

describe('The page of a run', () => {
  it('has nothing of what a partner sends as HTML', () => {
    const page = reportPage(sampleReport);

    expect(page).not.toContain(hostileText);
    expect(page).not.toMatch(/<script|<img|<style>[^<]*<\/style>[\s\S]*<style|\u202e/);
    expect(page).not.toMatch(/<[^>]*\son\w+=/);
  });

  it('allows no script, and asks for nothing', () => {
    const page = reportPage(sampleReport);

    expect(page).toMatch(/content="default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]+&#39;;/);
    expect(page).not.toMatch(/<[^>]*\s(?:src|href|action)=|url\(|@import/);
  });

  it.each([
    ['what stopped the run', 'connection-lost'],
    ['failed files and why', 'SIZE said 4,096 bytes, and 1,024 came.'],
    ['that a file failed in the last run too', 'failed in the last run too'],
    ['what was said about a failed file', 'What was said'],
    ['how many were held, by reason', '204: its done file is not there yet'],
    ['that a list is cut short', 'The first 100 of 205.'],
    ['what was refused', 'another name in its directory differs only in Unicode form'],
    ['what is still at the partner', 'DELE was answered with 550'],
    ['the run before', '20261119T021500Z-0a1b2c3d'],
    [
      'the difference to it',
      '<td class="number">122</td><td class="number">96</td><td class="number">+26</td>',
    ],
    ['the slowest file with its rate', '100 MiB/s'],
    ['where the log is', 'npx ftps-sync logs 20261120T021500Z-1f3a9c04'],
  ])('tells %s', (_, text) => {
    expect(reportPage(sampleReport)).toContain(text);
  });

  it('tells of a first run that found nothing', () => {
    const page = reportPage(quietReport);

    expect(page).toContain('No file was found.');
    expect(page).toContain('There is no report of a run of this flow before it to compare with.');
  });

  it('shows the totals of a report without details', () => {
    const { details: _, ...bare }: WholeReport = sampleReport;

    expect(reportPage(bare)).toContain('This run wrote no more than its totals.');
  });

  it('makes a single failed file among a million visible in the bar', () => {
    const page = reportPage({ ...sampleReport, transferred: 1_000_000, failed: 1 });

    expect(page).toMatch(/class="fill-failed" x="[\d.]+%" width="(?:0\.9|[1-9])[\d.]*%"/);
  });
});
