import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathBelow } from '../../../../lambdas/core/path/relative-path.ts';
import {
  baseName,
  childPath,
  nameError,
  parentPath,
  parseRemotePath,
  pathDepth,
  RemotePathError,
} from '../../../../lambdas/core/path/remote-path.ts';
import { anyName, anyText } from '../arbitraries.ts';

const path = parseRemotePath;

describe('a path from outside', () => {
  it.each([
    ['the root', '/', '/'],
    ['a plain path', '/in/a.csv', '/in/a.csv'],
    ['one trailing slash, which is dropped', '/in/', '/in'],
    ['spaces at either end of a name, which stay', '/ in / a.csv ', '/ in / a.csv '],
    ['a decomposed letter, which stays so', '/in/e\u0301', '/in/e\u0301'],
    ['letters that shells and URLs trip over', '/in/%2e%2e/a\\b*?"<>|&;$(x)', '/in/%2e%2e/a\\b*?"<>|&;$(x)'],
    ['three dots, which are a name', '/in/...', '/in/...'],
  ])('may be %s', (_, text, expected) => {
    const parsed = path(text);

    expect(parsed).toBe(expected);
  });

  it.each([
    ['nothing', '', 'empty'],
    ['a relative path', 'in/a.csv', 'relative'],
    ['two slashes', '/in//a.csv', 'empty'],
    ['two slashes at the end', '/in//', 'empty'],
    ['nothing but two slashes', '//', 'empty'],
    ['a way up', '/in/../etc/passwd', 'dot-component'],
    ['a way up at the end', '/in/..', 'dot-component'],
    ['a way up with a slash after it', '/in/../', 'dot-component'],
    ['a way nowhere', '/in/./a.csv', 'dot-component'],
    ['a second command', '/in/a\r\nDELE b', 'control-character'],
    ['a bare line feed', '/in/a\nb', 'control-character'],
    ['a NUL', '/in/a\0b', 'control-character'],
    ['an escape sequence', '/in/\u001b[2J', 'control-character'],
    ['a control character above ASCII', '/in/a\u0085b', 'control-character'],
    ['bytes that no decoder could read', '/in/a\uFFFDb', 'invalid-encoding'],
    ['half a character', '/in/a\uD800b', 'invalid-encoding'],
  ])('is refused as %s', (_, text, error) => {
    const parsing = () => path(text);

    expect(parsing).toThrow(expect.objectContaining({ name: 'RemotePathError', error }));
  });

  it('is shown without its control characters in the message', () => {
    const parsing = () => path('/in/a\r\nb');

    expect(parsing).toThrow(String.raw`"/in/a\r\nb" is not a valid remote path: control-character`);
  });

  it('never lets through what could leave the directory or end a command', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parsedOrUndefined(text);
        fc.pre(parsed !== undefined);
        const names = parsed === '/' ? [] : (parsed?.slice(1).split('/') ?? []);

        expect(names.filter((name) => ['', '.', '..'].includes(name))).toEqual([]);
        expect(parsed).not.toMatch(/[\0\r\n]/);
      }),
    );
  });
});

describe('a name in a directory', () => {
  it('makes a path from which it can be read back', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        fc.pre(nameError(name) === undefined);
        const child = childPath(path('/in'), name);

        expect([baseName(child), parentPath(child), pathBelow(path('/in'), child)]).toEqual([
          name,
          '/in',
          name,
        ]);
      }),
    );
  });

  it('is refused with the same errors as in a path', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const isRefused = nameError(name) !== undefined;
        const making = () => childPath(path('/in'), name);

        if (isRefused) expect(making).toThrow(RemotePathError);
        else expect(path(`/in/${name}`)).toBe(making());
      }),
    );
  });

  it('with a slash is refused, whatever it would lead to', () => {
    const making = () => childPath(path('/in'), 'a/b');

    expect(making).toThrow(expect.objectContaining({ error: 'slash-in-name' }));
  });

  it('of the root has no second slash', () => {
    const child = childPath(path('/'), 'a');

    expect([child, parentPath(child), pathDepth(child)]).toEqual(['/a', '/', 1]);
  });
});

function parsedOrUndefined(text: string): string | undefined {
  try {
    return path(text);
  } catch (error) {
    if (error instanceof RemotePathError) return undefined;
    throw error;
  }
}
