import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NeighbourCensus, neighboursAmong } from '../../../lambdas/sync/neighbours.ts';

const doneFile = '{stem}.done';

function censusOf(names: Iterable<string>) {
  const census = new NeighbourCensus(doneFile);
  for (const name of names) census.add(name);
  return census.end();
}

describe.each([
  ['names at hand', (names: readonly string[]) => neighboursAmong(new Set(names))],
  ['names one by one', censusOf],
])('among %s', (_, among) => {
  it.each([
    ['a composed and a decomposed letter are twins', ['caf\u00e9', 'cafe\u0301'], 'caf\u00e9', true],
    ['so they are, asked the other way', ['caf\u00e9', 'cafe\u0301'], 'cafe\u0301', true],
    ['two decomposed forms of one name are twins', ['a\u0323\u0307', 'a\u0307\u0323'], 'a\u0323\u0307', true],
    ['the Kelvin sign and the letter K are twins', ['\u212a.csv', 'K.csv'], 'K.csv', true],
    ['a decomposed letter alone has none', ['cafe\u0301', 'cafe'], 'cafe\u0301', false],
    ['names that only case tells apart are none', ['a.csv', 'A.csv'], 'a.csv', false],
  ])('%s', (_title, names, name, expected) => {
    const neighbours = among(names);

    expect(neighbours.isTwin(name)).toBe(expected);
  });

  it.each([
    ['one that is there', ['a.csv', 'a.done'], true],
    ['none where it is not there', ['a.csv', 'b.done'], false],
  ])('a done file is found: %s', (_title, names, expected) => {
    const neighbours = among(names);

    expect(neighbours.hasDoneFile('a.done')).toBe(expected);
  });
});

it('one by one or at hand, the same is known of every name', () => {
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
      const atHand = neighboursAmong(new Set(names));
      const oneByOne = censusOf(names);

      expect(names.map(oneByOne.isTwin)).toEqual(names.map(atHand.isTwin));
      const markers = ['a', 'b'].map((stem) => `${stem}.done`);
      expect(markers.map(oneByOne.hasDoneFile)).toEqual(markers.map(atHand.hasDoneFile));
    }),
  );
});

it('a hundred thousand names are told apart', () => {
  const names = Array.from({ length: 100_000 }, (_, index) => `file-${index}.csv`);

  const neighbours = censusOf(names);

  expect(names.filter(neighbours.isTwin)).toEqual([]);
});
