import { describe, expect, it } from 'vitest';
import { toFingerprint } from '../../../../lambdas/core/listing/fingerprint.ts';
import type { DirectoryListing } from '../../../../lambdas/core/listing/listing.ts';
import type { ObjectKey } from '../../../../lambdas/core/path/object-key.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { makeSelector } from '../../../../lambdas/core/path/selection.ts';
import type { FileRecord } from '../../../../lambdas/core/plan/file-record.ts';
import { type FlowRules, planDirectory } from '../../../../lambdas/core/plan/plan.ts';
import { context, file, listed, listing, transferred, utc } from '../fixtures.ts';
import { listReasons, plan, type Records } from './plan-fixture.ts';

const a = file('/in/a.csv');
const aChanged = file('/in/a.csv', { size: 101 });
const takenA = transferred(a);
const byMinute = file('/in/a.csv', { at: listed('2026-11-19T12:00') });
const failedA = (of = a): FileRecord => ({
  ...transferred(a),
  transferred: undefined,
  lastError: {
    fingerprint: toFingerprint(of),
    error: 'timeout',
    message: '',
    attempts: 1,
    failedAt: new Date(0),
  },
});
const held = { settled: { minAgeMs: 0, unchangedListings: 2, doneFile: undefined } };
const marked = { settled: { minAgeMs: 0, unchangedListings: 1, doneFile: '{name}.done' } };
const tooLong = file(`/in/${'x'.repeat(1100)}`);
const duplicates = [file('/in/caf\u00e9.csv'), file('/in/cafe\u0301.csv')] as const;

describe('a file', () => {
  it.each<[string, DirectoryListing, Records, Partial<FlowRules>, string]>([
    ['unknown to the ledger', listing(a), {}, {}, 'transfer new'],
    ['transferred, and unchanged', listing(a), { 'a.csv': takenA }, {}, 'skip unchanged'],
    ['transferred, and changed', listing(aChanged), { 'a.csv': takenA }, {}, 'transfer changed'],
    [
      'replaced within the minute of the listing that was recorded, which has seconds now',
      listing(file('/in/a.csv', { at: utc('2026-11-19T12:00:40') })),
      { 'a.csv': transferred(byMinute, { verifiedModified: utc('2026-11-19T12:00:10') }) },
      {},
      'transfer changed',
    ],
    [
      'that has seconds in the listing now, those of its transfer',
      listing(file('/in/a.csv', { at: utc('2026-11-19T12:00:10') })),
      { 'a.csv': transferred(byMinute, { verifiedModified: utc('2026-11-19T12:00:10') }) },
      {},
      'skip unchanged',
    ],
    [
      'transferred and changed, in a flow that ignores changes',
      listing(aChanged),
      { 'a.csv': takenA },
      { onChange: 'ignore' },
      'skip change-ignored',
    ],
    [
      'transferred and changed, in a flow that does not permit it',
      listing(aChanged),
      { 'a.csv': takenA },
      { onChange: 'fail' },
      'refuse changed',
    ],
    [
      'transferred, unchanged, and to be disposed of',
      listing(a),
      { 'a.csv': takenA },
      { after: 'dispose' },
      'dispose',
    ],
    [
      'transferred, changed, and to be disposed of',
      listing(aChanged),
      { 'a.csv': takenA },
      { after: 'dispose' },
      'transfer changed',
    ],
    [
      'that the partner has replaced without a difference in the listing, and that is to be disposed of',
      listing(a),
      { 'a.csv': transferred(a, { isReplaced: true }) },
      { after: 'dispose' },
      'transfer changed',
    ],
    [
      'transferred under a previous prefix of the flow',
      listing(a),
      { 'a.csv': transferred(a, { key: 'old/a.csv' as ObjectKey }) },
      {},
      'transfer key-changed',
    ],
    [
      'transferred under another prefix, in a flow that ignores changes',
      listing(a),
      { 'a.csv': transferred(a, { key: 'old/a.csv' as ObjectKey }) },
      { onChange: 'ignore' },
      'transfer key-changed',
    ],
    ['failed in the last run', listing(a), { 'a.csv': failedA() }, {}, 'transfer failed-before'],
    ['failed in the last run, and changed', listing(aChanged), { 'a.csv': failedA() }, {}, 'transfer new'],
    ['not settled', listing(a), {}, held, 'hold unchanged-listings-not-reached'],
    ['of 5 TiB', listing(file('/in/a.csv', { size: 5 * 1024 ** 4 })), {}, {}, 'transfer new'],
    ['said to be of 6 TB', listing(file('/in/a.csv', { size: 6e12 })), {}, {}, 'refuse file-too-large'],
    ['without its done file', listing(a), {}, marked, 'hold done-file-missing'],
    ['excluded', listing(a), {}, { select: () => 'excluded' }, 'skip excluded'],
    ['not included', listing(a), {}, { select: () => 'not-included' }, 'skip not-included'],
    ['that is a done file', listing(file('/in/a.csv.done')), {}, marked, 'skip done-file'],
    ['with a name too long for a key', listing(tooLong), {}, {}, 'refuse key-too-long'],
  ])('%s', (_, of, records, rules, expected) => {
    const decisions = plan(of, records, rules);

    expect(listReasons(decisions)).toEqual([expected]);
  });

  it('with a Unicode duplicate is refused, and so is the duplicate', () => {
    const decisions = plan(listing(...duplicates, a));

    expect(listReasons(decisions)).toEqual([
      'refuse unicode-duplicate',
      'refuse unicode-duplicate',
      'transfer new',
    ]);
  });

  it('with its done file is transferred, and the done file is not', () => {
    const decisions = plan(listing(a, file('/in/a.csv.done')), {}, marked);

    expect(listReasons(decisions)).toEqual(['transfer new', 'skip done-file']);
  });

  it('may have an excluded done file', () => {
    const { select } = { select: makeSelector({ include: ['**'], exclude: ['*.done'] }) };

    const decisions = plan(listing(a, file('/in/a.csv.done')), {}, { ...marked, select });

    expect(listReasons(decisions)).toEqual(['transfer new', 'skip excluded']);
  });

  it('that the previous run observed is transferred in this one, even if it failed since', () => {
    const observation = {
      fingerprint: toFingerprint(a),
      firstSeenAt: new Date(0),
      runs: 1,
      lastRunId: 'run-0',
    };

    const decisions = plan(listing(a), { 'a.csv': { ...failedA(), observation } }, held);

    expect(listReasons(decisions)).toEqual(['transfer failed-before']);
  });

  it('that changed must settle like a new one', () => {
    const decisions = plan(listing(aChanged), { 'a.csv': takenA }, held);

    expect(listReasons(decisions)).toEqual(['hold unchanged-listings-not-reached']);
  });

  it('that is unchanged does not wait for its done file', () => {
    const decisions = plan(listing(a), { 'a.csv': takenA }, marked);

    expect(listReasons(decisions)).toEqual(['skip unchanged']);
  });

  it.each([
    ['the done file that settled the version before', aChanged, 'hold done-file-used'],
    ['a done file that was written since', aChanged, 'transfer changed', '2026-11-19T12:00:01'],
    ['the same done file, after its prefix was changed', a, 'transfer key-changed'],
  ])('with %s is decided by it', (_, now, expected, rewritten = '2026-11-19T12:00:00') => {
    const before = file('/in/a.csv.done', { size: 0 });
    const doneFile = file('/in/a.csv.done', { size: 0, at: utc(rewritten) });
    const key = expected.includes('key') ? { key: 'other/a.csv' as ObjectKey } : {};
    const record = transferred(a, { doneFile: toFingerprint(before), ...key });

    const decisions = plan(listing(now, doneFile), { 'a.csv': record }, marked);

    expect(listReasons(decisions)).toEqual([expected, 'skip done-file']);
    expect(decisions[0]).toMatchObject(
      expected.startsWith('hold') ? {} : { doneFile: { modified: { wallClock: rewritten } } },
    );
  });

  it('in a part of a large directory may have its done file in another part', () => {
    const siblings = {
      findDoneFile: (name: string) => (name === 'a.csv.done' ? toFingerprint(a) : undefined),
      isUnicodeDuplicate: () => false,
    };

    const decisions = planDirectory({ ...listing(a), siblings }, new Map(), context(marked));

    expect(listReasons(decisions)).toEqual(['transfer new']);
  });

  it('in a part of a large directory is refused if its Unicode duplicate is in another part', () => {
    const siblings = {
      findDoneFile: () => undefined,
      isUnicodeDuplicate: (name: string) => name === 'a.csv',
    };

    const decisions = planDirectory({ ...listing(a), siblings }, new Map(), context());

    expect(listReasons(decisions)).toEqual(['refuse unicode-duplicate']);
  });

  it('is decided with its key, and with the version that it replaces', () => {
    const decisions = plan(listing(aChanged), { 'a.csv': takenA });

    expect(decisions).toEqual([
      {
        kind: 'transfer',
        file: aChanged,
        key: 'acme/in/a.csv',
        reason: 'changed',
        transferred: takenA.transferred,
        isTimeFinal: true,
      },
    ]);
  });
});

describe('if several rules apply, the first one decides', () => {
  const everyError: Partial<FlowRules> = { ...marked, onChange: 'fail' };
  const longDoneFile = file(`/in/${'x'.repeat(1100)}.done`);
  it.each<[string, DirectoryListing, Partial<FlowRules>, string]>([
    [
      'exclude before done file',
      listing(longDoneFile),
      { ...everyError, select: () => 'excluded' },
      'skip excluded',
    ],
    [
      'include before done file',
      listing(longDoneFile),
      { ...everyError, select: () => 'not-included' },
      'skip not-included',
    ],
    ['done file before key length', listing(longDoneFile), everyError, 'skip done-file'],
    ['key length before a missing done file', listing(tooLong), everyError, 'refuse key-too-long'],
    [
      'Unicode duplicates before a missing done file',
      listing(...duplicates),
      everyError,
      'refuse unicode-duplicate',
    ],
    [
      'exclude before Unicode duplicates',
      listing(...duplicates),
      { select: () => 'excluded' },
      'skip excluded',
    ],
  ])('%s', (_, of, rules, expected) => {
    const decisions = plan(of, {}, rules);

    expect(listReasons(decisions)[0]).toBe(expected);
  });

  it('Unicode duplicates before the ledger', () => {
    const decisions = plan(listing(...duplicates), { 'caf\u00e9.csv': transferred(duplicates[0]) });

    expect(listReasons(decisions)).toEqual(['refuse unicode-duplicate', 'refuse unicode-duplicate']);
  });

  it('onChange before a missing done file', () => {
    const decisions = plan(listing(aChanged), { 'a.csv': takenA }, everyError);

    expect(listReasons(decisions)).toEqual(['refuse changed']);
  });
});

describe('a name that is not a file', () => {
  it('is skipped with its reason if it is a link or a device', () => {
    const of = {
      ...listing(),
      skipped: [
        { name: 'l', kind: 'link' as const },
        { name: 'd', kind: 'special' as const },
      ],
    };

    const decisions = plan(of);

    expect(decisions).toEqual([
      { kind: 'skip', path: '/in/l', sizeBytes: undefined, reason: 'link' },
      { kind: 'skip', path: '/in/d', sizeBytes: undefined, reason: 'special' },
    ]);
  });

  it('is refused if it is not a valid path component', () => {
    const of = { ...listing(), refused: [{ shownName: '..', error: 'dot-component' as const }] };

    const decisions = plan(of);

    expect(decisions).toEqual([{ kind: 'refuse', path: '/in/..', reason: 'dot-component' }]);
  });

  it('in the root is shown without a second slash', () => {
    const of = {
      ...listing(),
      directory: parseRemotePath('/'),
      skipped: [{ name: 'l', kind: 'link' as const }],
    };

    const decisions = plan(of);

    expect(decisions).toMatchObject([{ path: '/l' }]);
  });
});

it('an incomplete directory is planned as far as it was listed', () => {
  const of = { ...listing(a), faults: [{ kind: 'cut-short' as const, detail: '' }] };

  const decisions = plan(of);

  expect(listReasons(decisions)).toEqual(['transfer new']);
});
