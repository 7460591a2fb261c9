import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListingLine } from '../../../../lambdas/core/listing/listing.ts';
import { compareLines, toLineOrder } from '../../../../lambdas/core/listing/listing-order.ts';
import { compareUtf8, fileOrder } from '../../../../lambdas/core/path/path-order.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { file } from '../fixtures.ts';

/** Characters on both sides of the surrogates, and surrogate pairs. */
const letter = fc.constantFrom(
  'a',
  'b',
  '~',
  'é',
  '\u{d7ff}',
  '\u{e000}',
  '\u{ffef}',
  '\u{10000}',
  '😀',
  '😁',
);
const text = fc.array(letter, { maxLength: 5 }).map((letters) => letters.join(''));

describe('the order of texts', () => {
  it('is that of their bytes in UTF-8', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('puts characters beyond U+FFFF last, unlike JavaScript', () => {
    const names = ['😀', '\u{ff5e}', 'a'];

    expect(names.toSorted(compareUtf8)).toEqual(['a', '\u{ff5e}', '😀']);
    expect(names.toSorted()).toEqual(['a', '😀', '\u{ff5e}']);
  });
});

describe('the order of files', () => {
  it.each([
    ['of the flow itself', 'a', { directory: '', name: 'a' }],
    ['below', 'a/b/c', { directory: 'a/b', name: 'c' }],
    ['without a name', 'a/', { directory: 'a', name: '~' }],
    ['after a slash', '/a', { directory: '~', name: 'a' }],
  ])('is by directory and name: %s', (_, path, order) => {
    expect(fileOrder(path)).toEqual(order);
  });

  it.each([
    ['a name that begins with ~', 'a/~b', 'name'],
    ['a name that is too long for a sort key', `a/${'é'.repeat(501)}`, 'name'],
    ['a directory that begins with ~', '~a/b', 'directory'],
    ['a directory that is too long', `${'a'.repeat(1001)}/b`, 'directory'],
  ] as const)('hashes %s', (_, path, part) => {
    expect(fileOrder(path)[part]).toMatch(/^~[0-9a-f]{64}$/);
  });

  it('is unique to every path', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', '/', '~') }), { minLength: 2 }),
        (paths) => {
          const orders = new Set(paths.map((path) => JSON.stringify(fileOrder(path))));

          expect(orders.size).toBe(paths.length);
        },
      ),
    );
  });
});

describe('the order of listing lines', () => {
  const remote = parseRemotePath('/in');
  const order = (line: ListingLine) => toLineOrder(remote, line);
  const fileLine = (path: string): ListingLine => ({ kind: 'file', file: file(path) });

  it('keeps the names of a directory together, before those of its subdirectories', () => {
    const lines = ['/in/b/a', '/in/c', '/in/a', '/in/b/c', '/in/b/b/a'].map(fileLine);

    const sorted = lines.toSorted((a, b) => compareLines(order(a), order(b)));

    expect(sorted).toEqual(['/in/a', '/in/c', '/in/b/a', '/in/b/c', '/in/b/b/a'].map(fileLine));
  });

  it.each<[string, ListingLine]>([
    ['skipped', { kind: 'skipped', directory: remote, entry: { name: 'a', kind: 'link' } }],
    ['refused', { kind: 'refused', directory: remote, name: { shownName: 'a', error: 'invalid-encoding' } }],
  ])('tells a %s name from a file that looks the same', (_, line) => {
    expect(compareLines(order(line), order(fileLine('/in/a')))).toBeGreaterThan(0);
    expect(order(line)).toMatchObject({ directory: '', name: 'a' });
  });
});
