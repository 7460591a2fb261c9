import { describe, expect, it } from 'vitest';
import {
  EntriesDigest,
  type ListingEnd,
  proveListing,
} from '../../../../lambdas/core/listing/listing-proof.ts';

const bare: ListingEnd = { isProven: false, entries: 2, digest: 'a' };

describe('the end of a listing', () => {
  it.each<[string, ListingEnd, ListingEnd | undefined, string]>([
    ['close_notify', { ...bare, isProven: true }, undefined, 'whole'],
    ['a bare FIN', bare, undefined, 'list-again'],
    ['a bare FIN twice, after the same names', bare, bare, 'whole'],
    ['a bare FIN, and then close_notify after the same names', bare, { ...bare, isProven: true }, 'whole'],
    [
      'a bare FIN, and then close_notify after more names',
      bare,
      { isProven: true, entries: 9, digest: 'b' },
      'cut-short',
    ],
    ['a bare FIN, and then after fewer names', bare, { ...bare, entries: 1, digest: 'b' }, 'cut-short'],
    ['a bare FIN, and then after as many other names', bare, { ...bare, digest: 'b' }, 'cut-short'],
    [
      'a bare FIN at once, and then after names: a cut at the first byte is not an empty directory',
      { isProven: false, entries: 0, digest: '0' },
      bare,
      'cut-short',
    ],
  ])('is %s', (_, first, second, expected) => {
    const proof = proveListing(first, second);

    expect(typeof proof === 'object' ? proof.kind : proof).toBe(expected);
  });
});

describe('the digest of the entries', () => {
  const digest = (...entries: string[]) => {
    const all = new EntriesDigest();
    for (const entry of entries) all.add(entry);
    return all.value;
  };

  it('does not depend on their order', () => {
    expect(digest('file a', 'file b', 'file c')).toBe(digest('file c', 'file a', 'file b'));
  });

  it.each([
    ['one is missing', ['file a']],
    ['one has another name', ['file a', 'file c']],
    ['one is a directory', ['file a', 'directory b']],
    ['one is there twice', ['file a', 'file b', 'file b']],
  ])('differs where %s', (_, entries) => {
    expect(digest(...entries)).not.toBe(digest('file a', 'file b'));
  });
});
