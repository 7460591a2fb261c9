import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportPage } from '../../../lambdas/report/report-page.ts';
import { browserRemedy, findBrowser } from '../../support/browser/find-browser.ts';
import {
  countColoursOfPage,
  type Display,
  expandDetails,
  findAccessibilityViolations,
  horizontalScroll,
  openPage,
} from '../../support/browser/opened-page.ts';
import { quietReport, sampleReport } from '../../unit/report/sample-report.ts';

const program = await findBrowser();
if (program === undefined) {
  process.stdout.write(
    `Skipped: the report page in a browser: no browser found. To enable it, ${browserRemedy}.\n`,
  );
}

const looks: readonly Display[] = [360, 1280].flatMap((width) => [
  { width, scheme: 'light' },
  { width, scheme: 'dark' },
]);
const pages = { 'a full report': sampleReport, 'an empty report': quietReport };
const cases = Object.keys(pages).flatMap((name) => looks.map((look) => ({ name, ...look })));

describe.skipIf(program === undefined)(`The report page (if skipped: ${browserRemedy})`, () => {
  const held: { folder: string; browser: Browser | undefined } = { folder: '', browser: undefined };
  beforeAll(async () => {
    held.folder = await mkdtemp(join(tmpdir(), 'report-'));
    for (const [name, report] of Object.entries(pages)) {
      await writeFile(join(held.folder, `${name}.html`), reportPage(report));
    }
    // Chromium has no sandbox as root; the page is safe without one.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    held.browser = await puppeteer.launch({ executablePath: program ?? '', args });
  });
  afterAll(async () => {
    await held.browser?.close();
    await rm(held.folder, { recursive: true, force: true });
  });
  const open = (name: string, look: Display) => {
    if (held.browser === undefined) throw new Error('there is no browser');
    return openPage(held.browser, join(held.folder, `${name}.html`), look);
  };

  test.each(cases)('$name does not scroll horizontally at $width px, $scheme', async ({ name, ...look }) => {
    await using opened = await open(name, look);
    await expandDetails(opened.page);

    expect(await horizontalScroll(opened.page)).toBe(0);
  });

  test.each(cases)(
    '$name has no accessibility violation (axe) at $width px, $scheme',
    async ({ name, ...look }) => {
      await using opened = await open(name, look);
      await expandDetails(opened.page);

      expect(await findAccessibilityViolations(opened.page)).toEqual([]);
    },
  );

  test.each(cases)(
    '$name renders, loads nothing and runs nothing at $width px, $scheme',
    async ({ name, ...look }) => {
      await using opened = await open(name, look);

      expect(await countColoursOfPage(opened.page)).toBeGreaterThan(10);
      expect(await opened.page.title()).toContain('acme/invoices: run');
      expect(opened.requests).toEqual([]);
      expect(opened.complaints).toEqual([]);
    },
  );

  test('Has a dark background in dark mode', async () => {
    const backgrounds = [];
    for (const scheme of ['light', 'dark'] as const) {
      await using opened = await open('a full report', { width: 1280, scheme });
      backgrounds.push(await opened.page.evaluate('getComputedStyle(document.body).backgroundColor'));
    }

    expect(backgrounds).toEqual(['rgb(255, 255, 255)', 'rgb(20, 23, 28)']);
  });

  test('Exposes its landmarks, headings, tables and pictures to screen readers', async () => {
    await using opened = await open('a full report', { width: 1280, scheme: 'light' });

    const tree = JSON.stringify(await opened.page.accessibility.snapshot({ interestingOnly: false }));

    for (const role of ['banner', 'main', 'contentinfo', 'region', 'rowheader', 'columnheader', 'image']) {
      expect(tree).toContain(`"role":"${role}"`);
    }
    expect(tree).toContain(
      '"name":"Of 10,216 files: 122 transferred, 9,886 skipped, 205 held, 1 refused, 2 failed"',
    );
    expect(tree).toContain('"name":"Failed files"');
  });
});
