import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../../infra/stage.ts';
import { findTestError, tableRows } from './named-tests.ts';

const rows = tableRows(readFileSync(join(projectRoot, 'docs/servers.md'), 'utf8'));

it('docs/servers.md has four cells in each row, and names a test that exists', () => {
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.filter((cells) => cells.length !== 4 || cells.some((cell) => cell.trim() === ''))).toEqual([]);
  expect(rows.flatMap((cells) => findTestError(cells.at(-1) ?? '') ?? [])).toEqual([]);
});
