import { describe, expect, it } from 'vitest';
import { globError, makeSelector } from '../../../../lambdas/core/path/selection.ts';

const everything = { include: ['**'], exclude: [] };

describe('a glob', () => {
  it.each([
    ['*.csv', 'a.csv', true],
    ['*.csv', 'sub/a.csv', false],
    ['**/*.csv', 'a.csv', true],
    ['**/*.csv', 'deep/sub/a.csv', true],
    ['**/*.csv', 'a.CSV', false],
    ['**', '.hidden/.file', true],
    ['*', '.hidden', true],
    ['**/.*', 'sub/.hidden', true],
    ['**/.*', 'sub/hidden', false],
    ['**/*.tmp', '.tmp', true],
    ['sub/**', 'sub/a/b', true],
    ['sub/**', 'submarine/a', false],
    ['daily-????.csv', 'daily-1120.csv', true],
    ['daily-????.csv', 'daily-11201.csv', false],
    ['*.{csv,xml}', 'a.xml', true],
    ['report[0-9].csv', 'report7.csv', true],
    ['report[0-9].csv', 'reportx.csv', false],
    ['report\\[1\\].csv', 'report[1].csv', true],
    ['*.csv', 'a [1] (copy) {x} !?*+.csv', true],
    ['!a.csv', 'b.csv', false],
    ['!a.csv', '!a.csv', true],
    ['**/*.csv', 'caf\u00e9/e\u0301 \u2028.csv', true],
    ['a b.csv', 'a b.csv', true],
    ['**/ *', ' leading', true],
  ])('%s takes %s: %s', (glob, path, expected) => {
    const select = makeSelector({ include: [glob], exclude: [] });

    const isSelected = select(path) === 'selected';

    expect(isSelected).toBe(expected);
  });

  it.each([
    ['**/*.csv', undefined],
    ['a(b', undefined],
    ['[z-a].csv', 'is not a valid glob'],
  ])('%s has the error %s', (glob, expected) => {
    const error = globError(glob);

    if (expected === undefined) expect(error).toBeUndefined();
    else expect(error).toContain(expected);
  });
});

describe('include and exclude', () => {
  it.each([
    ['nothing excluded, everything included', everything, 'a.csv', 'selected'],
    ['excluded, though included', { include: ['**'], exclude: ['**/*.tmp'] }, 'sub/a.tmp', 'excluded'],
    ['included by the second of two', { include: ['*.csv', '*.xml'], exclude: [] }, 'a.xml', 'selected'],
    ['excluded by the second of two', { include: ['**'], exclude: ['*.tmp', '*.bak'] }, 'a.bak', 'excluded'],
    ['included by none', { include: ['*.csv'], exclude: [] }, 'a.xml', 'not-included'],
    ['neither: exclude is asked first', { include: ['*.csv'], exclude: ['*.tmp'] }, 'a.tmp', 'excluded'],
  ])('%s', (_, rules, path, expected) => {
    const selection = makeSelector(rules)(path);

    expect(selection).toBe(expected);
  });
});

describe('a path that no glob can speak of', () => {
  it.each(['../a.csv', 'a/../b.csv', 'a/..', './a.csv'])(
    '%s is selected, so that it is refused aloud',
    (path) => {
      const select = makeSelector({ include: ['**'], exclude: [] });

      expect(select(path)).toBe('selected');
    },
  );

  it.each(['a/', 'a/b/', ''])("'%s' is a folder of S3's console, and no file", (path) => {
    const select = makeSelector({ include: ['**'], exclude: [] });

    expect(select(path)).toBe('not-included');
  });

  it.each(['a\u2028b.csv', 'sub\u2029/a.csv', 'a\nb.csv'])('a line separator does not hide %j', (path) => {
    const select = makeSelector({ include: ['**'], exclude: [] });

    expect(select(path)).toBe('selected');
  });
});
