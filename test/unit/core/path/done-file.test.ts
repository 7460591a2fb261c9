import { describe, expect, it } from 'vitest';
import { doneFileName, isDoneFile } from '../../../../lambdas/core/path/done-file.ts';

describe('the done file', () => {
  it.each([
    ['a.csv', '{name}.done', 'a.csv.done'],
    ['a.b.csv', '{stem}.ok', 'a.b.ok'],
    ['README', '{stem}.ok', 'README.ok'],
    ['.hidden', '{stem}.ok', '.hidden.ok'],
    ['$&$1.csv', 'done-{name}', 'done-$&$1.csv'],
    ['{stem}.csv', '{name}.done', '{stem}.csv.done'],
  ])('of %s is, by %s, %s', (name, pattern, expected) => {
    const found = doneFileName(name, pattern);

    expect(found).toBe(expected);
  });

  it.each([
    ['a.csv.done', '{name}.done', true],
    ['a.csv', '{name}.done', false],
    ['.done', '{name}.done', false],
    ['done-a', 'done-{stem}', true],
    ['ok.ok', 'ok.{stem}.ok', false],
    ['ok.a.ok', 'ok.{stem}.ok', true],
  ])('may be %s by %s: %s', (name, pattern, expected) => {
    const found = isDoneFile(name, pattern);

    expect(found).toBe(expected);
  });
});
