import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ftpsErrorPolicies } from '../../../lambdas/core/connection/ftps-error-policies.ts';
import { projectRoot } from '../../infra/stage.ts';
import { findTestError, tableRows } from './named-tests.ts';

const docs = join(projectRoot, 'docs');
const page = readFileSync(join(docs, 'failures.md'), 'utf8');
const rows = tableRows(page);

describe('docs/failures.md', () => {
  it('has five cells in each of at least 60 rows', () => {
    expect(rows.length).toBeGreaterThanOrEqual(60);
    expect(rows.filter((cells) => cells.length !== 5 || cells.some((cell) => cell.trim() === ''))).toEqual(
      [],
    );
  });

  it('has no fault twice', () => {
    const faults = rows.map(([fault]) => fault);

    expect(faults.filter((fault, index) => faults.indexOf(fault) !== index)).toEqual([]);
  });

  it('names a test that exists in every row', () => {
    const errors = rows.flatMap((cells) => findTestError(cells.at(-1) ?? '') ?? []);

    expect(errors).toEqual([]);
  });

  it('names every kind of error of a partner', () => {
    const kinds = Object.keys(ftpsErrorPolicies);

    expect(kinds.filter((kind) => !page.includes(`\`${kind}\``))).toEqual([]);
  });

  it.each([
    ['lambdas/core/plan/check-settled.ts', 'export type HoldReason ='],
    ['lambdas/core/plan/done-file-check.ts', 'export type DoneFileHold ='],
    ['lambdas/core/plan/plan.ts', 'export type RefuseReason ='],
    ['lambdas/core/plan/outcome.ts', 'export type FileErrorKind ='],
    ['lambdas/core/listing/listing.ts', 'export type ListingError ='],
    ['lambdas/contract/events/alarm-names.ts', 'const alarmNames ='],
  ])('names every word of %s after %j', (file, declaration) => {
    const [, after = ''] = readFileSync(join(projectRoot, file), 'utf8').split(declaration);
    const [declared = ''] = after.split(';\n\n');
    const words = [...declared.matchAll(/'([\w-]+)'/g)].map(([, word = '']) => word);

    expect(words.length).toBeGreaterThan(2);
    expect(words.filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
  });

  it.each([
    ['', 'no test: '],
    ['nothing yet', 'no test: nothing yet'],
    ['[a.test.ts](../test/a.test.ts): works', 'test/a.test.ts does not exist'],
    ['[failures.test.ts](../test/unit/docs/failures.test.ts): no test has' + ' this title', 'has no test'],
  ])('would fail for the last cell %j', (cell, error) => {
    expect(findTestError(cell)).toContain(error);
  });
});

it('Every path of a test in the documentation exists', () => {
  const pages = [projectRoot, docs].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => readFileSync(join(folder, name), 'utf8')),
  );
  const paths = pages.flatMap((text) =>
    [...text.matchAll(/`[^`\n]*?\b(test\/[\w./-]+)/g)].map(([, path = '']) => path),
  );

  expect(paths.length).toBeGreaterThan(10);
  expect(paths.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
});
