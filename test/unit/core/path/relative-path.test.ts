import { describe, expect, it } from 'vitest';
import {
  directoryBelow,
  isBelow,
  keyBelow,
  parseRelativePath,
  pathBelow,
  RelativePathError,
} from '../../../../lambdas/core/path/relative-path.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';

const path = parseRemotePath;

describe('the path of a file below its flow', () => {
  it.each([
    ['/in', '/in/a/b', 'a/b'],
    ['/in', '/in/ a b .csv', ' a b .csv'],
    ['/', '/a', 'a'],
    ['/', '/a/b', 'a/b'],
  ])('%s, of %s, is %s', (remote, file, expected) => {
    expect(pathBelow(path(remote), path(file))).toBe(expected);
    expect(isBelow(path(remote), path(file))).toBe(true);
  });

  it.each([
    ['the directory itself', '/in', '/in'],
    ['the root itself', '/', '/'],
    ['a directory that only begins with the same letters', '/in', '/inner/a'],
    ['a directory of the same name elsewhere', '/in', '/out/in/a'],
  ])('does not exist for %s', (_, remote, file) => {
    const finding = () => pathBelow(path(remote), path(file));

    expect(finding).toThrow(RelativePathError);
    expect(finding).toThrow(`"${file}" is not below "${remote}"`);
    expect(isBelow(path(remote), path(file))).toBe(false);
  });
});

describe('the path of a directory below its flow', () => {
  it.each([
    ['/in', '/in', ''],
    ['/', '/', ''],
    ['/in', '/in/a/b', 'a/b'],
  ])('%s, of %s, is %j', (remote, directory, expected) => {
    expect(directoryBelow(path(remote), path(directory))).toBe(expected);
  });

  it('does not exist outside the flow', () => {
    expect(() => directoryBelow(path('/in'), path('/inner'))).toThrow(RelativePathError);
  });
});

describe('the key of an object below its flow', () => {
  it.each([
    ['acme/in/a.csv', 'a.csv'],
    ['acme/in//a', '/a'],
    ['acme/in/folder/', 'folder/'],
  ])('%s is %s, letter for letter', (key, expected) => {
    expect(keyBelow('acme/in/', key)).toBe(expected);
  });

  it.each(['acme/in/', 'acme/other/a.csv', 'acme/in'])('does not exist for %s', (key) => {
    expect(() => keyBelow('acme/in/', key)).toThrow(RelativePathError);
  });
});

it('an empty text is not a path below a flow', () => {
  expect(() => parseRelativePath('')).toThrow(RelativePathError);
});
