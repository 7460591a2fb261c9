import { describe, expect, it } from 'vitest';
import type { FullReport } from '../../../lambdas/contract/documents/full-report.ts';
import { html } from '../../../lambdas/report/html.ts';
import { reportPage } from '../../../lambdas/report/report-page.ts';
import { hostileText, quietReport, sampleReport } from './sample-report.ts';

describe('HTML', () => {
  it('escapes text between tags and in attributes', () => {
    const { text } = html`<p title="${`"a' <b>&`}">${'<script>'}</p>`;

    expect(text).toBe('<p title="&quot;a&#39; &lt;b&gt;&amp;">&lt;script&gt;</p>');
  });

  it('inserts HTML as it is, concatenates lists, and leaves out undefined', () => {
    const { text } = html`<ul>${[1, 2].map((each) => html`<li>${each}</li>`)}${undefined}</ul>`;

    expect(text).toBe('<ul><li>1</li><li>2</li></ul>');
  });

  it('escapes control and direction characters', () => {
    const { text } = html`${'a\u0000b\u202ec\ud800'}`;

    expect(text).toBe('a\\u0000b\\u202ec\ufffd');
  });
});

describe('The report page', () => {
  it('shows nothing that a partner sends as HTML', () => {
    const page = reportPage(sampleReport);

    expect(page).not.toContain(hostileText);
    expect(page).not.toMatch(/<script|<img|<style>[^<]*<\/style>[\s\S]*<style|\u202e/);
    expect(page).not.toMatch(/<[^>]*\son\w+=/);
  });

  it('allows no scripts, and loads nothing', () => {
    const page = reportPage(sampleReport);

    expect(page).toMatch(/content="default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]+&#39;;/);
    expect(page).not.toMatch(/<[^>]*\s(?:src|href|action)=|url\(|@import/);
  });

  it.each([
    ['the error of the run', 'connection-lost'],
    ['failed files with their errors', 'SIZE answered 4,096 bytes, but 1,024 arrived.'],
    ['that a file failed in the previous run too', 'failed in the previous run too'],
    ['the FTPS transcript of a failed file', 'FTPS transcript'],
    ['how many files were held, by reason', '204: its done file is missing'],
    ['that a list is truncated', 'The first 100 of 205.'],
    ['refused files', 'another name in its directory differs only in Unicode normalization'],
    ['files that were not deleted at the partner', 'DELE was answered with 550'],
    ['the previous run', '20261119T021500Z-0a1b2c3d'],
    [
      'the difference from it',
      '<td class="number">122</td><td class="number">96</td><td class="number">+26</td>',
    ],
    ['the slowest file with its rate', '100 MiB/s'],
    ['the command for the logs', 'npx ftps-sync logs 20261120T021500Z-1f3a9c04'],
  ])('shows %s', (_, text) => {
    expect(reportPage(sampleReport)).toContain(text);
  });

  it('shows a first run that found nothing', () => {
    const page = reportPage(quietReport);

    expect(page).toContain('No files were found.');
    expect(page).toContain('This flow has no earlier run report to compare with.');
  });

  it('shows the totals of a report without details', () => {
    const { details: _, ...bare }: FullReport = sampleReport;

    expect(reportPage(bare)).toContain('This run recorded only its totals.');
  });

  it('makes one failed file in a million visible in the bar', () => {
    const page = reportPage({ ...sampleReport, transferred: 1_000_000, failed: 1 });

    expect(page).toMatch(/class="fill-failed" x="[\d.]+%" width="(?:0\.9|[1-9])[\d.]*%"/);
  });
});
