import { describe, expect, it } from 'vitest';
import {
  type DeliveryRecord,
  emptyDeliveryRecord,
} from '../../../../lambdas/core/delivery/delivery-record.ts';
import { maxTries } from '../../../../lambdas/core/delivery/delivery-retry.ts';
import {
  type DeliveryFacts,
  type DeliveryStep,
  deliveryStep,
  type FailedTryFacts,
  type FailedTryStep,
  failedTryStep,
  outdatedStep,
  type RenameFacts,
  type RenameStep,
  renameStep,
  type StagingFacts,
  type StagingStep,
  stagingStep,
  type WriteFacts,
  type WriteStep,
  writeStep,
} from '../../../../lambdas/core/delivery/delivery-step.ts';
import type { FileOwner } from '../../../../lambdas/core/delivery/own-file.ts';
import type { UploadCheckpoint } from '../../../../lambdas/core/delivery/resume-upload.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';

const rules = { prefix: 'acme/in/', remote: parseRemotePath('/in'), stagingName: '.{name}.{version}.part' };
const key = 'acme/in/a.csv';
const failedAt = new Date('2026-11-20T02:15:00Z');

const lastError = (versionId: string, tries = 1) => ({
  versionId,
  error: 'timeout',
  message: 'no reply',
  tries,
  failedAt,
});
const renaming = (versionId: string) => ({
  versionId,
  at: failedAt,
  staging: '/in/.a.csv.old.part',
  before: undefined,
  staged: undefined,
});
const upload = (versionId: string): UploadCheckpoint => ({
  versionId,
  staging: '/in/.a.csv.old.part',
  reachedBytes: 5,
  stalledInvocations: 0,
  closedBytes: 5,
  restart: undefined,
  append: undefined,
});
const delivered = (versionId: string): NonNullable<DeliveryRecord['delivered']> => ({
  versionId,
  etag: '"e"',
  modifiedAt: failedAt,
  sizeBytes: 5,
  sha256: undefined,
  path: '/in/a.csv',
  verification: 'size',
  doubt: undefined,
  deliveredAt: failedAt,
});
const record = (changes: Partial<DeliveryRecord>): DeliveryRecord => ({ ...emptyDeliveryRecord, ...changes });
const version = (versionId: string) => ({ versionId, etag: '"e"', modifiedAt: failedAt, sizeBytes: 5 });
const write = { sizeBytes: 5, until: failedAt, isBeforeOurs: false };
const replay = { who: 'ann', reason: 'lost', at: failedAt };

/** Version v2 of an object is current, and the ledger knows nothing of it. */
const facts: DeliveryFacts = {
  rules,
  object: { key, versionId: 'v2', attempt: 't1' },
  record: emptyDeliveryRecord,
  current: version('v2'),
};
describe('the step for a message', () => {
  it.each<[string, Partial<DeliveryFacts>, Partial<DeliveryStep>]>([
    [
      'to dispose of the object, if the version was delivered before',
      { record: record({ delivered: delivered('v2') }) },
      { kind: 'dispose', object: version('v2') },
    ],
    [
      'nothing, if the version was delivered before and is no longer current',
      { record: record({ delivered: delivered('v2') }), current: version('v3') },
      { kind: 'skip', end: 'already-delivered' },
    ],
    [
      'to deliver again, if an operator requested it',
      { record: record({ delivered: delivered('v2'), replay }) },
      { kind: 'deliver', sweepsAfter: false },
    ],
    [
      'nothing, if a newer version is current',
      { current: version('v3'), record: record({ lastError: lastError('v2') }) },
      { kind: 'skip', end: 'superseded' },
    ],
    ['nothing, if the object was deleted', { current: undefined }, { kind: 'skip', end: 'object-deleted' }],
    [
      'to clean up after a deletion, if a try failed',
      { current: undefined, record: record({ lastError: lastError('v1') }) },
      { kind: 'clean-up', end: 'object-deleted' },
    ],
    [
      'to clean up after a deletion, if an upload was started',
      { current: undefined, record: record({ upload: upload('v1'), renaming: renaming('v1') }) },
      { kind: 'clean-up', end: 'object-deleted' },
    ],
    [
      'to clean up after a deletion, if a staging file may be at the partner',
      { current: undefined, record: record({ staged: [{ path: '/in/.a.csv.old.part', versionId: 'v1' }] }) },
      { kind: 'clean-up', end: 'object-deleted' },
    ],
    [
      'nothing, if the object is smaller than the flow wants',
      { rules: { ...rules, minBytes: 6 } },
      { kind: 'skip', end: 'too-small' },
    ],
    [
      'to clean up, if it is smaller than the flow wants, and an earlier version has left something',
      { rules: { ...rules, minBytes: 6 }, record: record({ lastError: lastError('v1') }) },
      { kind: 'clean-up', end: 'too-small' },
    ],
    [
      'to deliver a smaller object that an operator requested',
      { rules: { ...rules, minBytes: 6 }, record: record({ replay }) },
      { kind: 'deliver' },
    ],
    ['to deliver an object of just the size', { rules: { ...rules, minBytes: 5 } }, { kind: 'deliver' }],
    [
      'to clean up after a deletion, if a part may be under the final name',
      { current: undefined, record: record({ renaming: { ...renaming('v1'), write } }) },
      { kind: 'clean-up', end: 'object-deleted' },
    ],
    [
      'to refuse a key that has no name at the partner',
      { object: { key: 'acme/in/..', versionId: 'v2', attempt: 't1' } },
      { kind: 'refuse', error: 'dot-component' },
    ],
    [
      'to deliver a new version',
      {},
      {
        kind: 'deliver',
        object: version('v2'),
        upload: undefined,
        begunRename: undefined,
        sweepsAfter: false,
      },
    ],
    [
      'to resume the upload of this version',
      { record: record({ upload: upload('v2') }) },
      { kind: 'deliver', upload: upload('v2'), sweepsAfter: false },
    ],
    [
      'to ignore the upload of another version',
      { record: record({ upload: upload('v1') }) },
      {
        kind: 'deliver',
        upload: undefined,
        sweepsAfter: false,
      },
    ],
    [
      'to settle the rename of this version, and to sweep afterwards',
      { record: record({ renaming: renaming('v2') }) },
      { kind: 'deliver', begunRename: renaming('v2'), sweepsAfter: true },
    ],
    [
      'to ignore the rename of another version, and to sweep afterwards',
      { record: record({ renaming: renaming('v1'), lastError: lastError('v2') }) },
      { kind: 'deliver', begunRename: undefined, sweepsAfter: true },
    ],
  ])('is %s', (_, changes, expected) => {
    expect(deliveryStep({ ...facts, ...changes })).toMatchObject(expected);
  });
});

it('a version that was replaced while it was uploaded is superseded', () => {
  expect(outdatedStep({ ...facts, current: version('v3') })).toEqual({
    kind: 'skip',
    end: 'superseded',
  });
});

describe('the step once the names at the partner are known', () => {
  const found = (raw: string, sizeBytes = 5) => ({ sizeBytes, modified: { raw } });
  const nothing: StagingFacts = {
    sizeBytes: 5,
    overwrite: 'replace',
    target: undefined,
    staged: undefined,
    begunRename: undefined,
    targetHash: 'not-told',
  };

  it.each<[string, Partial<StagingFacts>, StagingStep]>([
    ['to stage, if the target is free', {}, { kind: 'stage', doubt: undefined }],
    ['to stage over a file', { target: found('1') }, { kind: 'stage', doubt: undefined }],
    [
      'to refuse, if there is a file that must not be replaced',
      { target: found('1'), overwrite: 'refuse' },
      { kind: 'refuse', error: 'target-exists' },
    ],
    [
      'to record only, if an earlier rename has happened, whatever `overwrite` is',
      { target: found('1'), overwrite: 'refuse', begunRename: { before: undefined, staged: undefined } },
      { kind: 'record-only' },
    ],
    [
      'to stage, if an earlier rename has not happened',
      { staged: found('1'), begunRename: { before: undefined, staged: undefined } },
      { kind: 'stage', doubt: undefined },
    ],
    [
      'to stage in doubt, if the result of an earlier rename is unknown',
      { begunRename: { before: undefined, staged: undefined } },
      { kind: 'stage', doubt: 'possible-duplicate' },
    ],
  ])('is %s', (_, changes, expected) => {
    expect(stagingStep({ ...nothing, ...changes })).toEqual(expected);
  });
});

describe('the step for a file at the target, by its owner', () => {
  const target = { sizeBytes: 7, modified: { raw: '1' } };
  const whole = (sizeBytes: number) => ({ kind: 'whole', at: failedAt, sizeBytes }) as const;
  const refused = { kind: 'refuse', error: 'target-exists' } as const;
  const written = { kind: 'write', before: { sizeBytes: 7, modified: '1' }, resumes: false } as const;

  it.each<[Partial<WriteFacts>, Partial<WriteStep>]>([
    [{ overwrite: 'refuse' }, refused],
    [{ overwrite: 'refuse', owner: { kind: 'foreign' } }, refused],
    [{ overwrite: 'refuse', owner: whole(7) }, refused],
    [
      { overwrite: 'refuse', owner: whole(0) },
      { ...written, isBeforeOurs: true, deletesFirst: true },
    ],
    [
      { overwrite: 'refuse', owner: { kind: 'part' } },
      { ...written, deletesFirst: true },
    ],
    [{ overwrite: 'replace-own' }, refused],
    [
      { overwrite: 'replace-own', owner: whole(7) },
      { ...written, isBeforeOurs: true, deletesFirst: false },
    ],
    [{ overwrite: 'replace' }, { ...written, isBeforeOurs: false, deletesFirst: false }],
    [{ overwrite: 'delete-first' }, { ...written, deletesFirst: true }],
    [
      { overwrite: 'refuse', owner: { kind: 'part' }, closedBytes: 7 },
      { resumes: true, deletesFirst: false },
    ],
    [{ overwrite: 'refuse', owner: { kind: 'part' }, closedBytes: 6 }, { resumes: false }],
    [{ overwrite: 'replace', closedBytes: 7 }, { resumes: false }],
    [{ overwrite: 'replace', version: 'outdated' }, { kind: 'outdated' }],
  ])('with %j is %j', (changes, expected) => {
    const facts: WriteFacts = { overwrite: 'refuse', target, version: 'current', closedBytes: undefined };

    expect(writeStep({ ...facts, ...changes })).toMatchObject(expected);
  });

  it.each<[StagingFacts['overwrite'], FileOwner, RenameStep['kind'], string | undefined]>([
    ['refuse', whole(7), 'refuse', undefined],
    ['refuse', whole(0), 'rename', 'delete-first'],
    ['replace-own', whole(7), 'rename', 'rename-over'],
    ['replace-own', { kind: 'foreign' }, 'refuse', undefined],
  ])('with %s and %j a rename is to %s', (overwrite, owner, kind, how) => {
    const staged = { sizeBytes: 5, modified: undefined };
    const facts: RenameFacts = { sizeBytes: 5, overwrite, target, owner, staged, version: 'current' };

    const step = renameStep(facts);

    expect([step.kind, step.kind === 'rename' ? step.target : undefined]).toEqual([kind, how]);
  });
});

describe('the step right before the rename', () => {
  const target = { sizeBytes: 7, modified: { raw: '1' } };
  const before = { sizeBytes: 7, modified: '1' };
  const upload = { sizeBytes: 5, modified: { raw: '2' } };
  const staged = { sizeBytes: 5, modified: '2' };
  const free: RenameFacts = {
    sizeBytes: 5,
    overwrite: 'replace',
    target: undefined,
    staged: upload,
    version: 'current',
  };

  it.each<[string, Partial<RenameFacts>, RenameStep]>([
    ['to rename to a free name', {}, { kind: 'rename', before: undefined, staged, target: 'free' }],
    ['to rename over a file', { target }, { kind: 'rename', before, staged, target: 'rename-over' }],
    [
      'to delete the file first',
      { target, overwrite: 'delete-first' },
      { kind: 'rename', before, staged, target: 'delete-first' },
    ],
    [
      'to refuse, if a file has appeared in the meantime',
      { target, overwrite: 'refuse', version: 'outdated' },
      { kind: 'refuse', error: 'target-exists' },
    ],
    [
      'to stop, if the upload is gone, as another worker leaves it',
      { staged: undefined },
      { kind: 'upload-lost', sizeBytes: undefined },
    ],
    [
      'to stop, if the upload has another size than was verified',
      { staged: { ...upload, sizeBytes: 4 } },
      { kind: 'upload-lost', sizeBytes: 4 },
    ],
    [
      'to stop, if a newer version has arrived in the meantime',
      { target, version: 'outdated' },
      { kind: 'outdated' },
    ],
  ])('is %s', (_, changes, expected) => {
    expect(renameStep({ ...free, ...changes })).toEqual(expected);
  });
});

describe('the step after a failed try', () => {
  const first: FailedTryFacts = { error: 'timeout', versionId: 'v2', lastError: undefined, hasGrown: false };

  it.each<[string, Partial<FailedTryFacts>, FailedTryStep]>([
    ['to wait, if the partner is busy', { error: 'partner-busy' }, { kind: 'wait' }],
    ['to wait, if the circuit is open', { error: 'circuit-open' }, { kind: 'wait' }],
    ['to wait, if another worker has the object', { error: 'lease-lost' }, { kind: 'wait' }],
    ['to retry', {}, { kind: 'retry', tries: 1 }],
    ['to retry after an error on our side', { error: undefined }, { kind: 'retry', tries: 1 }],
    ['to count the tries of this version', { lastError: lastError('v2', 2) }, { kind: 'retry', tries: 3 }],
    ['to ignore the tries of another one', { lastError: lastError('v1', 4) }, { kind: 'retry', tries: 1 }],
    [
      'to start a new count, if the upload has grown',
      { lastError: lastError('v2', 4), hasGrown: true },
      { kind: 'retry', tries: 1 },
    ],
    [
      'to give up after the last try',
      { lastError: lastError('v2', maxTries - 1) },
      { kind: 'dead-letter', tries: maxTries },
    ],
    [
      'to start a new count for a message that was redriven',
      { lastError: lastError('v2', maxTries) },
      { kind: 'retry', tries: 1 },
    ],
    [
      'to give up an upload that is stuck',
      { error: 'upload-stuck' },
      { kind: 'dead-letter', tries: maxTries },
    ],
    [
      'to refuse what the partner refuses for good',
      { error: 'no-space', lastError: lastError('v2', 1) },
      { kind: 'refuse', error: 'no-space', tries: 2 },
    ],
    [
      'to refuse what must not be replaced',
      { error: 'target-exists' },
      { kind: 'refuse', error: 'target-exists', tries: 1 },
    ],
  ])('is %s', (_, changes, expected) => {
    expect(failedTryStep({ ...first, ...changes })).toEqual(expected);
  });
});
