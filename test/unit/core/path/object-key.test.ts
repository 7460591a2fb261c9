import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxKeyBytes, toObjectKey } from '../../../../lambdas/core/path/object-key.ts';
import { pathBelow, RelativePathError } from '../../../../lambdas/core/path/relative-path.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { goodPath } from '../arbitraries.ts';
import { mapping } from '../fixtures.ts';

const path = parseRemotePath;
const room = maxKeyBytes - mapping.prefix.length;

describe('the key of a file', () => {
  it.each([
    ['/in/a.csv', 'acme/in/a.csv'],
    ['/in/sub/ a b .csv', 'acme/in/sub/ a b .csv'],
    ['/in/caf\u00e9.csv', 'acme/in/caf\u00e9.csv'],
    ['/in/cafe\u0301.csv', 'acme/in/cafe\u0301.csv'],
    ['/in/100%+?#&=.csv', 'acme/in/100%+?#&=.csv'],
  ])('at %s is %s, letter for letter', (text, expected) => {
    const key = toObjectKey(mapping, path(text));

    expect(key).toBe(expected);
  });

  it.each(['/out/a.csv', '/in', '/inner/a.csv', '/'])('does not exist at %s, outside the flow', (text) => {
    const making = () => toObjectKey(mapping, path(text));

    expect(making).toThrow(RelativePathError);
  });

  it.each([
    ['letters of two bytes', 'é'.repeat(room / 2), 1024],
    ['one more, of one byte', `${'é'.repeat(room / 2)}x`, undefined],
    ['as many letters of one byte', 'x'.repeat(room), 1024],
  ])('may have 1,024 bytes of UTF-8: %s', (_, name, expected) => {
    const key = toObjectKey(mapping, path(`/in/${name}`));

    expect(key && Buffer.byteLength(key)).toBe(expected);
  });

  it('is unique to the path', () => {
    fc.assert(
      fc.property(goodPath, goodPath, (a, b) => {
        expect(toObjectKey(mapping, a) === toObjectKey(mapping, b)).toBe(a === b);
      }),
    );
  });

  it('contains the path of the file', () => {
    fc.assert(
      fc.property(goodPath, (from) => {
        const key = toObjectKey(mapping, from);

        expect(key?.startsWith(mapping.prefix)).toBe(true);
        expect(key?.slice(mapping.prefix.length)).toBe(pathBelow(mapping.remote, from));
      }),
    );
  });
});
