import { expect, it } from 'vitest';
import { parseMonth } from '../../../../../lambdas/ftps/listing/formats/month-names.ts';
import { nameCodec } from '../../../../../lambdas/ftps/session/name-codec.ts';

const decode = (encoding: string) => nameCodec(encoding)?.decode ?? (() => undefined);
const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

it.each<[string, number | 'uncertain' | undefined]>([
  ['Nov', 11],
  ['SEPT', 9],
  ['december', 12],
  ['Mär', 3],
  ['März', 3],
  ['Okt.', 10],
  ['févr.', 2],
  ['aoû', 8],
  ['juil.', 7],
  ['szept', 9],
  ['mrt', 3],
  ['май', 5],
  ['ОКТ', 10],
  ['Αυγ', 8],
  ['ağu', 8],
  ['MAYIS', 5],
  ['9月', 9],
  ['11월', 11],
  ['13月', undefined],
  // Different months in different languages.
  ['lis', 'uncertain'],
  ['JUI', 'uncertain'],
  ['srp', 'uncertain'],
  // No month at all.
  ['Jam', undefined],
  ['Brumaire', undefined],
  ['Foo', undefined],
  ['ma', undefined],
  ['marching', undefined],
  ['4', undefined],
  // Not of any language here, but no file name stands in that place.
  ['मार्च', 'uncertain'],
])('%j is month %s', (word, month) => {
  expect(parseMonth(utf8(word), decode('auto'))).toBe(month);
});

it('reads a month in the encoding of the connection, and is uncertain of bytes that are no text', () => {
  expect(parseMonth('M\xe4r', decode('windows-1252'))).toBe(3);
  expect(parseMonth('M\xe4r', decode('auto'))).toBe('uncertain');
  expect(parseMonth('8\xed', decode('auto'))).toBe('uncertain');
  // Shift_JIS
  expect(parseMonth('4\x8c\x8e', decode('auto'))).toBe(4);
});
