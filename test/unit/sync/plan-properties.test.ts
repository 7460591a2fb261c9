import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileRecord } from '../../../lambdas/sync/file-record.ts';
import type { Decision } from '../../../lambdas/sync/plan.ts';
import { nameFault, nameOf } from '../../../lambdas/sync/remote-path.ts';
import { anyName, directoryFiles } from './arbitraries.ts';
import { file, listing, mapping, taken, utc } from './fixtures.ts';
import { plan, type Records, told } from './planning.ts';

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
      return names.filter((name) => nameFault(name) === undefined).map((name) => file(`/in/${name}`));
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

  it('a file outside the flow is never transferred', () => {
    const decisions = plan(listing(file('/out/a.csv'), file('/inner/a.csv')));

    expect(decisions.filter(({ kind }) => kind === 'transfer')).toEqual([]);
  });

  it('a transfer never replaces the version that is there already', () => {
    fc.assert(
      fc.property(directoryFiles, (files) => {
        const records = Object.fromEntries(files.map((each) => [nameOf(each.path), taken(each)]));

        expect(plan(listing(...files), records).filter(({ kind }) => kind === 'transfer')).toEqual([]);
      }),
    );
  });

  it('a file of the same size is taken anew once its second is another', () => {
    const later = file('/in/a.csv', { at: utc('2026-11-19T12:00:01') });

    const decisions = plan(listing(later), { 'a.csv': taken(file('/in/a.csv')) });

    expect(told(decisions)).toEqual(['transfer changed']);
  });
});

/** What the ledger has once every transfer of the plan has gone well. */
function apply(decisions: readonly Decision[], before: Records): Records {
  const moved = decisions.flatMap((each): [string, FileRecord][] => {
    return each.kind === 'transfer' ? [[nameOf(each.file.path), taken(each.file, { key: each.key })]] : [];
  });
  return { ...before, ...Object.fromEntries(moved) };
}
