import { describe, expect, it } from 'vitest';
import type { FileRecord } from '../../../lambdas/sync/file-record.ts';
import { fingerprintOf } from '../../../lambdas/sync/fingerprint.ts';
import type { DirectoryListing } from '../../../lambdas/sync/listing.ts';
import type { ObjectKey } from '../../../lambdas/sync/object-key.ts';
import { type FlowRules, planDirectory } from '../../../lambdas/sync/plan.ts';
import { parseRemotePath } from '../../../lambdas/sync/remote-path.ts';
import { makeSelector } from '../../../lambdas/sync/selection.ts';
import { context, file, listing, taken } from './fixtures.ts';
import { plan, type Records, told } from './planning.ts';

const a = file('/in/a.csv');
const aChanged = file('/in/a.csv', { size: 101 });
const takenA = taken(a);
const failedA = (of = a): FileRecord => ({
  ...taken(a),
  taken: undefined,
  failure: {
    fingerprint: fingerprintOf(of),
    fault: 'timeout',
    message: '',
    attempts: 1,
    failedAt: new Date(0),
  },
});
const held = { settled: { minAgeMs: 0, unchangedListings: 2, doneFile: undefined } };
const marked = { settled: { minAgeMs: 0, unchangedListings: 1, doneFile: '{name}.done' } };
const tooLong = file(`/in/${'x'.repeat(1100)}`);
const twins = [file('/in/caf\u00e9.csv'), file('/in/cafe\u0301.csv')] as const;

describe('a file', () => {
  it.each<[string, DirectoryListing, Records, Partial<FlowRules>, string]>([
    ['never seen', listing(a), {}, {}, 'transfer new'],
    ['taken, and the same', listing(a), { 'a.csv': takenA }, {}, 'skip unchanged'],
    ['taken, and another now', listing(aChanged), { 'a.csv': takenA }, {}, 'transfer changed'],
    [
      'taken, another now, by a flow that ignores changes',
      listing(aChanged),
      { 'a.csv': takenA },
      { onChange: 'ignore' },
      'skip change-ignored',
    ],
    [
      'taken, another now, in a flow where that must not be',
      listing(aChanged),
      { 'a.csv': takenA },
      { onChange: 'fail' },
      'refuse changed',
    ],
    [
      'taken, the same, and to be cleared',
      listing(a),
      { 'a.csv': takenA },
      { after: 'clear' },
      'post-process',
    ],
    [
      'taken, another now, and to be cleared',
      listing(aChanged),
      { 'a.csv': takenA },
      { after: 'clear' },
      'transfer changed',
    ],
    [
      'taken under the prefix that the flow had before',
      listing(a),
      { 'a.csv': taken(a, { key: 'old/a.csv' as ObjectKey }) },
      {},
      'transfer key-changed',
    ],
    [
      'taken under another prefix, in a flow that ignores changes',
      listing(a),
      { 'a.csv': taken(a, { key: 'old/a.csv' as ObjectKey }) },
      { onChange: 'ignore' },
      'transfer key-changed',
    ],
    ['failed in the last run', listing(a), { 'a.csv': failedA() }, {}, 'transfer failed-before'],
    [
      'failed in the last run, and another now',
      listing(aChanged),
      { 'a.csv': failedA() },
      {},
      'transfer new',
    ],
    ['not settled', listing(a), {}, held, 'hold not-seen-often-enough'],
    ['without its done file', listing(a), {}, marked, 'hold no-done-file'],
    ['excluded', listing(a), {}, { select: () => 'excluded' }, 'skip excluded'],
    ['not included', listing(a), {}, { select: () => 'not-included' }, 'skip not-included'],
    ['that is a done file', listing(file('/in/a.csv.done')), {}, marked, 'skip done-file'],
    ['with a name too long for a key', listing(tooLong), {}, {}, 'refuse key-too-long'],
  ])('%s', (_, of, records, rules, expected) => {
    const decisions = plan(of, records, rules);

    expect(told(decisions)).toEqual([expected]);
  });

  it('whose twin differs in Unicode form alone is refused, and so is the twin', () => {
    const decisions = plan(listing(...twins, a));

    expect(told(decisions)).toEqual(['refuse unicode-twin', 'refuse unicode-twin', 'transfer new']);
  });

  it('with its done file is taken, and the done file is not', () => {
    const decisions = plan(listing(a, file('/in/a.csv.done')), {}, marked);

    expect(told(decisions)).toEqual(['transfer new', 'skip done-file']);
  });

  it('may have an excluded done file', () => {
    const { select } = { select: makeSelector({ include: ['**'], exclude: ['*.done'] }) };

    const decisions = plan(listing(a, file('/in/a.csv.done')), {}, { ...marked, select });

    expect(told(decisions)).toEqual(['transfer new', 'skip excluded']);
  });

  it('that was seen in the run before is taken in this one, though it failed since', () => {
    const sighting = { fingerprint: fingerprintOf(a), firstSeenAt: new Date(0), runs: 1, lastRunId: 'run-0' };

    const decisions = plan(listing(a), { 'a.csv': { ...failedA(), sighting } }, held);

    expect(told(decisions)).toEqual(['transfer failed-before']);
  });

  it('that changed waits to settle like a new one', () => {
    const decisions = plan(listing(aChanged), { 'a.csv': takenA }, held);

    expect(told(decisions)).toEqual(['hold not-seen-often-enough']);
  });

  it('that is unchanged does not wait for its done file', () => {
    const decisions = plan(listing(a), { 'a.csv': takenA }, marked);

    expect(told(decisions)).toEqual(['skip unchanged']);
  });

  it('in a share of a large directory has its done file in another share', () => {
    const neighbours = { hasDoneFile: (name: string) => name === 'a.csv.done', isTwin: () => false };

    const decisions = planDirectory({ ...listing(a), neighbours }, new Map(), context(marked));

    expect(told(decisions)).toEqual(['transfer new']);
  });

  it('in a share of a large directory is refused where its twin is in another share', () => {
    const neighbours = { hasDoneFile: () => false, isTwin: (name: string) => name === 'a.csv' };

    const decisions = planDirectory({ ...listing(a), neighbours }, new Map(), context());

    expect(told(decisions)).toEqual(['refuse unicode-twin']);
  });

  it('is told with its key, and with the version that it replaces', () => {
    const decisions = plan(listing(aChanged), { 'a.csv': takenA });

    expect(decisions).toEqual([
      { kind: 'transfer', file: aChanged, key: 'acme/in/a.csv', reason: 'changed', taken: takenA.taken },
    ]);
  });
});

describe('where several rules would hold, the first wins', () => {
  const everyFault: Partial<FlowRules> = { ...marked, onChange: 'fail' };
  const longMarker = file(`/in/${'x'.repeat(1100)}.done`);
  it.each<[string, DirectoryListing, Partial<FlowRules>, string]>([
    [
      'exclude before done file',
      listing(longMarker),
      { ...everyFault, select: () => 'excluded' },
      'skip excluded',
    ],
    [
      'include before done file',
      listing(longMarker),
      { ...everyFault, select: () => 'not-included' },
      'skip not-included',
    ],
    ['done file before key length', listing(longMarker), everyFault, 'skip done-file'],
    ['key length before the done file that is missing', listing(tooLong), everyFault, 'refuse key-too-long'],
    ['twins before the done file that is missing', listing(...twins), everyFault, 'refuse unicode-twin'],
    ['exclude before twins', listing(...twins), { select: () => 'excluded' }, 'skip excluded'],
  ])('%s', (_, of, rules, expected) => {
    const decisions = plan(of, {}, rules);

    expect(told(decisions)[0]).toBe(expected);
  });

  it('twins before what the ledger knows', () => {
    const decisions = plan(listing(...twins), { 'caf\u00e9.csv': taken(twins[0]) });

    expect(told(decisions)).toEqual(['refuse unicode-twin', 'refuse unicode-twin']);
  });

  it('onChange before the done file that is missing', () => {
    const decisions = plan(listing(aChanged), { 'a.csv': takenA }, everyFault);

    expect(told(decisions)).toEqual(['refuse changed']);
  });
});

describe('what is no file', () => {
  it('is skipped, each link and each device with its reason', () => {
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

  it('is refused where its name cannot be a path', () => {
    const of = { ...listing(), refused: [{ shownName: '..', fault: 'dot-component' as const }] };

    const decisions = plan(of);

    expect(decisions).toEqual([{ kind: 'refuse', path: '/in/..', reason: 'dot-component' }]);
  });

  it('is shown in the root without a second slash', () => {
    const of = {
      ...listing(),
      directory: parseRemotePath('/'),
      skipped: [{ name: 'l', kind: 'link' as const }],
    };

    const decisions = plan(of);

    expect(decisions).toMatchObject([{ path: '/l' }]);
  });
});

it('a directory that could not be read whole is planned as far as it was read', () => {
  const of = { ...listing(a), faults: [{ kind: 'cut-short' as const, detail: '' }] };

  const decisions = plan(of);

  expect(told(decisions)).toEqual(['transfer new']);
});
