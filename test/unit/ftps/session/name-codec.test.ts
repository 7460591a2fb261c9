import { describe, expect, it } from 'vitest';
import { nameCodec } from '../../../../lambdas/ftps/session/name-codec.ts';

describe('names in an encoding', () => {
  it.each([
    ['auto', 'caf\u00e9', 'caf\xc3\xa9'],
    ['utf8', '\ufeffmark', '\xef\xbb\xbfmark'],
    ['UTF-8', 'e\u0301', 'e\xcc\x81'],
    ['latin1', 'caf\u00e9', 'caf\xe9'],
    ['windows-1252', '\u20ac', '\x80'],
    ['shift_jis', '\u30bd', '\x83\x5c'],
    ['gb18030', '\u4e2d', '\xd6\xd0'],
  ])('%s: %j is written and read as its bytes', (encoding, text, bytes) => {
    const codec = nameCodec(encoding);

    expect(codec?.encode(text)).toBe(bytes);
    expect(codec?.decode(bytes)).toBe(text);
  });

  it.each([
    ['auto', 'caf\xe9'],
    ['auto', '\xc0\xaf'],
    ['auto', '\xed\xa0\x80'],
    ['shift_jis', '\x83'],
    ['ascii', 'caf\xe9'],
  ])('%s: the bytes %j are no text', (encoding, bytes) => {
    const text = nameCodec(encoding)?.decode(bytes);

    expect(text).toBeUndefined();
  });

  it.each([
    ['latin1', '\u20ac'],
    ['windows-1252', '\u4e2d'],
    ['auto', '\ud800'],
  ])('%s: %j cannot be written', (encoding, text) => {
    const bytes = nameCodec(encoding)?.encode(text);

    expect(bytes).toBeUndefined();
  });

  it.each([['klingon'], ['utf16le'], ['utf-7'], ['base64'], ['']])(
    '%j cannot carry FTP commands',
    (encoding) => {
      const codec = nameCodec(encoding);

      expect(codec).toBeUndefined();
    },
  );
});
