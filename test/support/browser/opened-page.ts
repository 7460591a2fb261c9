import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'puppeteer-core';

/** How a page is displayed. */
export interface Display {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}

/** A page in a browser, with what happened while it loaded. */
export interface OpenedPage extends AsyncDisposable {
  readonly page: Page;
  /** Console messages, uncaught errors and dialogs. */
  readonly complaints: readonly string[];
  /** Requests other than for the page itself. */
  readonly requests: readonly string[];
}

/** Opens a file by its path. */
export async function openPage(
  browser: Browser,
  file: string,
  { width, scheme }: Display,
): Promise<OpenedPage> {
  const url = pathToFileURL(file).href;
  const page = await browser.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => void complaints.push(message.text()));
  page.on('pageerror', (error) => void complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== url) requests.push(request.url());
  });
  await page.setViewport({ width, height: 800 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(url);
  return { page, complaints, requests, [Symbol.asyncDispose]: () => page.close() };
}

/** Opens all `details` elements. */
export async function expandDetails(page: Page): Promise<void> {
  await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
}

/** How far the page scrolls horizontally, in CSS pixels. */
export function horizontalScroll(page: Page): Promise<number> {
  return page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  ) as Promise<number>;
}

/**
 * The accessibility violations that axe finds, as `rule: element`. The page's content security policy blocks
 * scripts, so axe is injected by the debugger.
 */
export async function findAccessibilityViolations(page: Page): Promise<readonly string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

/** The number of colours in a screenshot; a blank one has one. */
export async function countColoursOfPage(page: Page): Promise<number> {
  const shot = await page.screenshot({ encoding: 'base64' });
  const canvas = await page.browser().newPage();
  try {
    return (await canvas.evaluate(countColours(shot))) as number;
  } finally {
    await canvas.close();
  }
}

function countColours(png: string): string {
  return `(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${png}';
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    const { data } = canvas.getImageData(0, 0, image.width, image.height);
    return new Set(new Uint32Array(data.buffer)).size;
  })()`;
}
