import { describe, expect, it } from 'vitest';
import {
  leaseUntil,
  planTakeover,
  type StagedFile,
} from '../../../../lambdas/core/delivery/delivery-lease.ts';

const now = new Date('2026-11-20T02:15:00Z');

it.each([
  ['that has just begun', 900_000, '2026-11-20T02:31:00.000Z'],
  ['that is over', -5, '2026-11-20T02:16:00.000Z'],
])('the lease of an invocation %s lasts a minute longer than it', (_, remainingMs, expected) => {
  expect(leaseUntil(now, { remainingMs }).toISOString()).toBe(expected);
});

describe('the staging files of earlier tries', () => {
  const old = { path: '/in/.a.1.part', versionId: 'v1' };
  const first = { path: '/in/.a.2.part', versionId: 'v2' };
  const second = { path: '/in/.a.3.part', versionId: 'v2' };
  const resumable = { versionId: 'v2', mayResume: true, checkpoint: undefined };

  it.each<
    [string, readonly StagedFile[], Parameters<typeof planTakeover>[1], ReturnType<typeof planTakeover>]
  >([
    ['are none', [], resumable, { claim: [], remove: [] }],
    [
      'are deleted, if nothing is worth resuming',
      [old, first],
      { ...resumable, mayResume: false },
      { claim: [], remove: [first, old] },
    ],
    [
      'are resumed, the newest of the version first, and those of other versions deleted',
      [old, first, second],
      resumable,
      { claim: [second, first], remove: [old] },
    ],
    [
      'are resumed, that of the checkpoint first',
      [first, second],
      { ...resumable, checkpoint: first.path },
      { claim: [first, second], remove: [] },
    ],
    [
      'of another version are never resumed, even if the checkpoint names one',
      [old],
      { ...resumable, checkpoint: old.path },
      { claim: [], remove: [old] },
    ],
  ])('%s', (_, leftovers, upload, expected) => {
    expect(planTakeover(leftovers, upload)).toEqual(expected);
  });
});
