import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseName } from '../../../../lambdas/core/path/remote-path.ts';
import { SiblingCensus, toSiblings } from '../../../../lambdas/core/plan/sibling-rules.ts';
import { file, listed, listedDay, utc } from '../fixtures.ts';

const doneFile = '{stem}.done';

const filesOf = (names: readonly string[]) => names.map((name) => file(`/in/${name}`));

function collectSiblings(names: readonly string[]) {
  const census = new SiblingCensus(doneFile);
  for (const each of filesOf(names)) census.add(each);
  return census.end();
}

describe.each([
  ['names in memory', (names: readonly string[]) => toSiblings(filesOf(names))],
  ['names added one by one', collectSiblings],
])('among %s', (_, among) => {
  it.each([
    ['a composed and a decomposed letter are duplicates', ['caf\u00e9', 'cafe\u0301'], 'caf\u00e9', true],
    ['the same in reverse', ['caf\u00e9', 'cafe\u0301'], 'cafe\u0301', true],
    [
      'two decomposed forms of one name are duplicates',
      ['a\u0323\u0307', 'a\u0307\u0323'],
      'a\u0323\u0307',
      true,
    ],
    ['the Kelvin sign and the letter K are duplicates', ['\u212a.csv', 'K.csv'], 'K.csv', true],
    ['a single decomposed letter has no duplicate', ['cafe\u0301', 'cafe'], 'cafe\u0301', false],
    ['names that differ only in case are not duplicates', ['a.csv', 'A.csv'], 'a.csv', false],
  ])('%s', (_title, names, name, expected) => {
    const siblings = among(names);

    expect(siblings.isUnicodeDuplicate(name)).toBe(expected);
  });

  it.each([
    ['one that exists', ['a.csv', 'a.done'], true],
    ['none that does not exist', ['a.csv', 'b.done'], false],
  ])('a done file is found: %s', (_title, names, expected) => {
    const siblings = among(names);

    expect(siblings.findDoneFile('a.done') !== undefined).toBe(expected);
  });
});

it('both ways agree about every name', () => {
  const letter = fc.constantFrom(
    'a',
    'b',
    'e\u0301',
    '\u00e9',
    '\u212b',
    '\u00c5',
    'A\u030a',
    '.done',
    '.csv',
  );
  const name = fc.array(letter, { minLength: 1, maxLength: 4 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 12 }), (names) => {
      const atHand = toSiblings(filesOf(names));
      const oneByOne = collectSiblings(names);

      expect(names.map(oneByOne.isUnicodeDuplicate)).toEqual(names.map(atHand.isUnicodeDuplicate));
      const markers = ['a', 'b'].map((stem) => `${stem}.done`);
      expect(markers.map((marker) => oneByOne.findDoneFile(marker) !== undefined)).toEqual(
        markers.map((marker) => atHand.findDoneFile(marker) !== undefined),
      );
    }),
  );
});

it('a hundred thousand names have no false duplicates', () => {
  const names = Array.from({ length: 100_000 }, (_, index) => `file-${index}.csv`);

  const siblings = collectSiblings(names);

  expect(names.filter(siblings.isUnicodeDuplicate)).toEqual([]);
});

it('both ways report the same of a done file', () => {
  const times = [undefined, utc('2026-11-20T12:00:10'), listed('2026-11-20T12:00'), listedDay('2026-01-20')];
  const files = times.flatMap((at, index) =>
    [undefined, 0, 5].flatMap((size) =>
      [undefined, 'u1'].map((unique) => file(`/in/${index}-${size}-${unique}.done`, { at, size, unique })),
    ),
  );
  const census = new SiblingCensus(doneFile);
  for (const each of files) census.add(each);
  const [oneByOne, atHand] = [census.end(), toSiblings(files)];

  for (const { path } of files) {
    const name = baseName(path);
    const [found, expected] = [oneByOne.findDoneFile(name), atHand.findDoneFile(name)];
    expect(found?.modified).toEqual(expected?.modified && { ...expected.modified, raw: '' });
    expect([found?.sizeBytes, found?.unique]).toEqual([expected?.sizeBytes, expected?.unique]);
  }
});

it('of a hundred thousand done files each is found with its own size', () => {
  const census = new SiblingCensus(doneFile);
  for (let index = 0; index < 100_000; index++) census.add(file(`/in/${index}.done`, { size: index }));
  const { findDoneFile } = census.end();

  for (let index = 0; index < 100_000; index += 997)
    expect(findDoneFile(`${index}.done`)?.sizeBytes).toBe(index);
  expect(findDoneFile('100000.done')).toBeUndefined();
});
