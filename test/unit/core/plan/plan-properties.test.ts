import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelativePathError } from '../../../../lambdas/core/path/relative-path.ts';
import { baseName, nameError } from '../../../../lambdas/core/path/remote-path.ts';
import type { FileRecord } from '../../../../lambdas/core/plan/file-record.ts';
import type { Decision } from '../../../../lambdas/core/plan/plan.ts';
import { anyName, directoryFiles } from '../arbitraries.ts';
import { file, listing, mapping, transferred, utc } from '../fixtures.ts';
import { listReasons, plan, type Records } from './plan-fixture.ts';

describe('whatever a listing holds', () => {
  it('each name has one decision', () => {
    fc.assert(
      fc.property(directoryFiles, (files) => {
        expect(plan(listing(...files))).toHaveLength(files.length);
      }),
    );
  });

  it('planning after applying the plan is empty', () => {
    fc.assert(
      fc.property(directoryFiles, directoryFiles, (before, after) => {
        const known = apply(plan(listing(...before)), {});
        const applied = apply(plan(listing(...after), known), known);

        const again = plan(listing(...after), applied);

        expect(again.filter(({ kind }) => kind === 'transfer')).toEqual([]);
      }),
    );
  });

  it('nothing is written outside the prefix, and no two files to one key', () => {
    const hostile = fc.uniqueArray(anyName, { maxLength: 8 }).map((names) => {
      return names.filter((name) => nameError(name) === undefined).map((name) => file(`/in/${name}`));
    });
    fc.assert(
      fc.property(hostile, (files) => {
        const keys = plan(listing(...files)).flatMap((each) => (each.kind === 'transfer' ? [each.key] : []));

        expect(keys.filter((key) => !key.startsWith(mapping.prefix) || key === mapping.prefix)).toEqual([]);
        expect(keys.filter((key) => /(^|\/)\.{1,2}(\/|$)/.test(key))).toEqual([]);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it.each(['/out/a.csv', '/inner/a.csv'])('the file %s, outside the flow, stops the plan', (path) => {
    expect(() => plan(listing(file(path)))).toThrow(RelativePathError);
  });

  it('a transfer never replaces the version that is there already', () => {
    fc.assert(
      fc.property(directoryFiles, (files) => {
        const records = Object.fromEntries(files.map((each) => [baseName(each.path), transferred(each)]));

        expect(plan(listing(...files), records).filter(({ kind }) => kind === 'transfer')).toEqual([]);
      }),
    );
  });

  it('a file of the same size is transferred again if its time differs by a second', () => {
    const later = file('/in/a.csv', { at: utc('2026-11-19T12:00:01') });

    const decisions = plan(listing(later), { 'a.csv': transferred(file('/in/a.csv')) });

    expect(listReasons(decisions)).toEqual(['transfer changed']);
  });
});

/** The ledger's records once every transfer of the plan has succeeded. */
function apply(decisions: readonly Decision[], before: Records): Records {
  const moved = decisions.flatMap((each): [string, FileRecord][] => {
    return each.kind === 'transfer'
      ? [[baseName(each.file.path), transferred(each.file, { key: each.key })]]
      : [];
  });
  return { ...before, ...Object.fromEntries(moved) };
}
