import { expect, it } from 'vitest';
import { endOfRename, type RenameInDoubt } from '../../../lambdas/sync/rename-in-doubt.ts';

const at = (raw: string | undefined, sizeBytes = 100) => ({
  sizeBytes,
  modified: raw === undefined ? undefined : { raw },
});
const before = (modified: string | undefined, sizeBytes = 100) => ({ sizeBytes, modified });

/** A rename of 100 bytes, where nothing was, and nothing is. */
const doubt: RenameInDoubt = { sizeBytes: 100, before: undefined, target: undefined, staged: undefined };

it.each<[string, Partial<RenameInDoubt>, ReturnType<typeof endOfRename>]>([
  ['the staging name is still there', { staged: at('2'), target: undefined }, 'did-not-happen'],
  [
    'the staging name is there beside an older file of the size',
    { staged: at('2'), target: at('1') },
    'did-not-happen',
  ],
  ['a file of the size is where nothing was', { target: at('2') }, 'happened'],
  ['a file of the size and no date is where nothing was', { target: at(undefined) }, 'happened'],
  ['the file there is younger than the one before', { before: before('1'), target: at('2') }, 'happened'],
  [
    'the file there has another size than the one before',
    { before: before('1', 99), target: at('1') },
    'happened',
  ],
  ['the file there looks as before', { before: before('1'), target: at('1') }, 'not-known'],
  ['neither has a date', { before: before(undefined), target: at(undefined) }, 'not-known'],
  ['nothing is at either name', {}, 'not-known'],
  ['a file of another size is there', { target: at('2', 99) }, 'not-known'],
  [
    'the older file is there, and the staging name gone',
    { before: before('1', 99), target: at('1', 99) },
    'not-known',
  ],
])('where %s, a rename without a reply has: %s', (_, seen, expected) => {
  expect(endOfRename({ ...doubt, ...seen })).toBe(expected);
});
