import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { usdText } from '../../../../cli/cost/estimate-text.ts';
import { projectRoot } from '../../../infra/stage.ts';
import { estimated, printed } from './estimates.ts';

/** docs/scale.md must show what the commands print. */
const page = readFileSync(join(projectRoot, 'docs/scale.md'), 'utf8');

const shown = [...page.matchAll(/^\$ npx ftps-sync (cost .*)\n([\s\S]*?)^```$/gm)];
const rows = [...page.matchAll(/^\| `(cost .*?)` \| (.*) \|$/gm)];

test('The page shows a bill and a table', () => {
  expect([shown.length, rows.length]).toEqual([1, 8]);
});

describe('On the page', () => {
  test.each(shown.map(([, line = '', text = '']) => [line, text]))(
    '%s is what the command prints',
    async (line, text) => {
      expect(text).toBe(await printed(line));
    },
  );

  test.each(rows.map(([, line = '', cells = '']) => [line, cells]))('the row of %s', async (line, cells) => {
    const { run, firstLoadUsd, month, storageUsd, alternatives } = await estimated(line);

    const [server, connectors] = alternatives.map(({ bill }) => bill.usd);
    const amounts = [run?.usd, firstLoadUsd, month.usd, storageUsd, server, connectors];
    const expected = [run?.route ?? '-', ...amounts.map((usd) => (usd === undefined ? '-' : usdText(usd)))];
    expect(cells.split(' | ')).toEqual(expected);
  });
});

test('Every linked file exists', () => {
  const links = [...page.matchAll(/\]\((?!https:)([^)#]+)\)/g)].map(([, link = '']) => link);

  expect(links.length).toBeGreaterThan(10);
  for (const link of links) expect(() => readFileSync(join(projectRoot, 'docs', link))).not.toThrow();
});
