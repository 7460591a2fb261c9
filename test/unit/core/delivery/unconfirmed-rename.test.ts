import { expect, it } from 'vitest';
import type { StartedRename } from '../../../../lambdas/core/delivery/delivery-record.ts';
import {
  resolveRename,
  type UnconfirmedRename,
} from '../../../../lambdas/core/delivery/unconfirmed-rename.ts';

const at = (raw: string | undefined, sizeBytes = 100) => ({
  sizeBytes,
  modified: raw === undefined ? undefined : { raw },
});
const before = (modified: string | undefined, sizeBytes = 100) => ({ sizeBytes, modified });

/** A rename of 100 bytes, with no file at the target before or after. */
const doubt: UnconfirmedRename = {
  sizeBytes: 100,
  begun: { before: undefined, staged: undefined },
  target: undefined,
  staged: undefined,
  targetHash: 'not-told',
};
const begun = (was: StartedRename['before'], ours?: StartedRename['staged']) => ({
  begun: { before: was, staged: ours },
});

it.each<[string, Partial<UnconfirmedRename>, ReturnType<typeof resolveRename>]>([
  ['the staging file still exists', { staged: at('2'), target: undefined }, 'did-not-happen'],
  [
    'the staging file exists, and an older file of the size at the target',
    { staged: at('2'), target: at('1') },
    'did-not-happen',
  ],
  ['a file of the size is at the target, where there was none', { target: at('2') }, 'happened'],
  [
    'a file of the size without a time is at the target, where there was none',
    { target: at(undefined) },
    'happened',
  ],
  ['the target has a newer file', { ...begun(before('1')), target: at('2') }, 'happened'],
  [
    'the target has a file of another size than before',
    { ...begun(before('1', 99)), target: at('1') },
    'happened',
  ],
  ['the target looks as before', { ...begun(before('1')), target: at('1') }, 'not-known'],
  ['neither has a time', { ...begun(before(undefined)), target: at(undefined) }, 'not-known'],
  ['there is no file at either name', {}, 'not-known'],
  ['the target has a file of another size', { target: at('2', 99) }, 'not-known'],
  [
    'the target has a file with the modified time of our upload',
    { ...begun(undefined, before('2')), target: at('2') },
    'happened',
  ],
  [
    'the target has a file of the size with another modified time than our upload',
    { ...begun(undefined, before('2')), target: at('3') },
    'not-known',
  ],
  [
    'the server tells the modified time of our upload, and not that of the target',
    { ...begun(undefined, before('2')), target: at(undefined) },
    'happened',
  ],
  [
    'the hash is ours, at another modified time, as on object stores',
    { ...begun(undefined, before('2')), target: at('3'), targetHash: 'same' },
    'happened',
  ],
  ['the hash is not ours', { target: at('2'), targetHash: 'differs' }, 'not-known'],
  [
    'the hash is not ours, at our modified time',
    { ...begun(undefined, before('2')), target: at('2'), targetHash: 'differs' },
    'not-known',
  ],
  [
    'the hash is ours, and the target looks as before',
    { ...begun(before('1')), target: at('1'), targetHash: 'same' },
    'not-known',
  ],
  [
    'the target has the old file, and the staging file is gone',
    { ...begun(before('1', 99)), target: at('1', 99) },
    'not-known',
  ],
])('if %s, a rename without a reply has: %s', (_, seen, expected) => {
  expect(resolveRename({ ...doubt, ...seen })).toBe(expected);
});
