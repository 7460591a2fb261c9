import { expect, it } from 'vitest';
import { compareObject, type FoundObject } from '../../../../lambdas/core/verify/compare-object.ts';
import {
  comparePartnerFile,
  comparePulledFile,
  type PartnerFileState,
  type PullComparison,
} from '../../../../lambdas/core/verify/compare-partner.ts';
import {
  type DifferenceKind,
  differenceKinds,
  remedyFor,
} from '../../../../lambdas/core/verify/difference.ts';

const recorded = { path: 'a.csv', sizeBytes: 3, etag: '"e1"', crc32: 'crc1' };
const same: FoundObject = { sizeBytes: 3, etag: 'e1', crc32: undefined };

it.each<[string, FoundObject | undefined, DifferenceKind | undefined]>([
  ['the recorded one, its ETag without quotes', same, undefined],
  ['gone', undefined, 'object-deleted'],
  ['of another size', { ...same, sizeBytes: 4 }, 'object-overwritten'],
  ['of another size, with the same ETag', { ...same, sizeBytes: 0 }, 'object-overwritten'],
  ['other bytes of the same size', { ...same, etag: 'e2', crc32: 'crc2' }, 'object-overwritten'],
  ['another version of the same bytes', { ...same, etag: 'e2', crc32: 'crc1' }, 'object-rewritten'],
  ['another version without a checksum', { ...same, etag: 'e2' }, 'object-overwritten'],
])('An object that is %s', (_, found, kind) => {
  expect(compareObject(recorded, found)?.kind).toBe(kind);
});

it('Two versions without checksums are not taken for the same bytes', () => {
  const found = { ...same, etag: 'e2' };

  expect(compareObject({ ...recorded, crc32: undefined }, found)?.kind).toBe('object-overwritten');
});

const unchanged: PullComparison = {
  path: 'a.csv',
  isRecorded: true,
  isListed: true,
  planned: undefined,
  isDisposed: false,
  isListingComplete: true,
};
const gone = { isListed: false };

it.each<[string, Partial<PullComparison>, DifferenceKind | 'unknown' | undefined]>([
  ['unchanged', {}, undefined],
  ['gone', gone, 'gone-at-partner'],
  ['gone, after it was disposed of', { ...gone, isDisposed: true }, undefined],
  ['missing in a listing that is incomplete', { ...gone, isListingComplete: false }, 'unknown'],
  ['changed', { planned: { outcome: 'transfer', reason: 'changed' } }, 'changed-at-partner'],
  ['changed, and not settled', { planned: { outcome: 'held', reason: 'first-seen' } }, 'changed-at-partner'],
  [
    'changed and ignored',
    { planned: { outcome: 'skipped', reason: 'change-ignored' } },
    'changed-at-partner',
  ],
  ['changed and refused', { planned: { outcome: 'refused', reason: 'changed' } }, 'changed-at-partner'],
  ['still to be deleted', { planned: { outcome: 'dispose', reason: 'already-recorded' } }, 'not-disposed'],
  ['new', { isRecorded: false, planned: { outcome: 'transfer', reason: 'new' } }, 'not-taken'],
  ['refused', { isRecorded: false, planned: { outcome: 'refused', reason: 'key-too-long' } }, 'not-taken'],
  ['excluded', { isRecorded: false, planned: { outcome: 'skipped', reason: 'excluded' } }, undefined],
])('A file of a pull that is %s', (_, changes, expected) => {
  const result = comparePulledFile({ ...unchanged, ...changes });

  expect(typeof result === 'object' ? result.kind : result).toBe(expected);
});

const delivered = { path: 'a.xml', sizeBytes: 3, sha256: 'aa' };

it.each<[string, PartnerFileState, boolean, DifferenceKind | 'unknown' | undefined]>([
  ['of the delivered size', { state: 'present', sizeBytes: 3 }, false, undefined],
  ['of another size', { state: 'present', sizeBytes: 2 }, false, 'changed-at-partner'],
  ['empty', { state: 'present', sizeBytes: 0 }, false, 'changed-at-partner'],
  ['gone', { state: 'missing' }, false, 'gone-at-partner'],
  ['there, without a size', { state: 'present' }, false, 'unknown'],
  ['not told of', { state: 'unknown', why: 'Busy.' }, false, 'unknown'],
  ['of the same bytes', { state: 'present', sizeBytes: 3, sha256: 'aa' }, true, undefined],
  ['of other bytes', { state: 'present', sizeBytes: 3, sha256: 'bb' }, true, 'changed-at-partner'],
  ['of bytes that were not read', { state: 'present', sizeBytes: 3 }, true, 'unknown'],
])('A file at the partner that is %s', (_, file, bytes, expected) => {
  const result = comparePartnerFile(delivered, file, { bytes });

  expect(typeof result === 'object' ? result.kind : result).toBe(expected);
});

it.each(differenceKinds)('%s has a remedy in both directions', (kind) => {
  for (const direction of ['pull', 'push'] as const) {
    const remedy = remedyFor({ kind, path: 'a b.csv' }, direction, 'acme in');
    expect(remedy).toMatch(/npx ftps-sync (run|replay|forget|adopt) acme in|^none/);
  }
});
