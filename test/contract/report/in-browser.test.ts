import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportPage } from '../../../lambdas/report/report-page.ts';
import { browserRemedy, findBrowser } from '../../support/browser/find-browser.ts';
import {
  accessibilityFaults,
  coloursOf,
  type Look,
  openPage,
  sidewaysScroll,
  unfold,
} from '../../support/browser/opened-page.ts';
import { quietReport, sampleReport } from '../../unit/report/sample-report.ts';

const program = await findBrowser();
if (program === undefined) {
  process.stdout.write(
    `Skipped: the run report in a browser: there is none. To enable it, ${browserRemedy}.\n`,
  );
}

const looks: readonly Look[] = [360, 1280].flatMap((width) => [
  { width, scheme: 'light' },
  { width, scheme: 'dark' },
]);
const pages = { 'a full report': sampleReport, 'an empty report': quietReport };
const cases = Object.keys(pages).flatMap((name) => looks.map((look) => ({ name, ...look })));

describe.skipIf(program === undefined)(`The page of a run (where it is skipped: ${browserRemedy})`, () => {
  const held: { folder: string; browser: Browser | undefined } = { folder: '', browser: undefined };
  beforeAll(async () => {
    held.folder = await mkdtemp(join(tmpdir(), 'report-'));
    for (const [name, report] of Object.entries(pages)) {
      await writeFile(join(held.folder, `${name}.html`), reportPage(report));
    }
    // As root, Chromium has no sandbox; the page is our own.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    held.browser = await puppeteer.launch({ executablePath: program ?? '', args });
  });
  afterAll(async () => {
    await held.browser?.close();
    await rm(held.folder, { recursive: true, force: true });
  });
  const open = (name: string, look: Look) => {
    if (held.browser === undefined) throw new Error('there is no browser');
    return openPage(held.browser, join(held.folder, `${name}.html`), look);
  };

  test.each(cases)('$name needs no sideways scrolling at $width px, $scheme', async ({ name, ...look }) => {
    await using opened = await open(name, look);
    await unfold(opened.page);

    expect(await sidewaysScroll(opened.page)).toBe(0);
  });

  test.each(cases)('$name has no fault that axe knows at $width px, $scheme', async ({ name, ...look }) => {
    await using opened = await open(name, look);
    await unfold(opened.page);

    expect(await accessibilityFaults(opened.page)).toEqual([]);
  });

  test.each(cases)(
    '$name shows itself, asks for nothing and runs nothing, $width px, $scheme',
    async ({ name, ...look }) => {
      await using opened = await open(name, look);

      expect(await coloursOf(opened.page)).toBeGreaterThan(10);
      expect(await opened.page.title()).toContain('acme/invoices: run');
      expect(opened.requests).toEqual([]);
      expect(opened.complaints).toEqual([]);
    },
  );

  test('Its ground is dark where the reader likes it dark', async () => {
    const grounds = [];
    for (const scheme of ['light', 'dark'] as const) {
      await using opened = await open('a full report', { width: 1280, scheme });
      grounds.push(await opened.page.evaluate('getComputedStyle(document.body).backgroundColor'));
    }

    expect(grounds).toEqual(['rgb(255, 255, 255)', 'rgb(20, 23, 28)']);
  });

  test('A screen reader finds its parts by landmark, heading, caption and name of picture', async () => {
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
