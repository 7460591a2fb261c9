import { describe, expect, it } from 'vitest';
import {
  type DeliveryRecord,
  emptyDeliveryRecord,
} from '../../../../lambdas/core/delivery/delivery-record.ts';
import { type ListedFacts, listedStep } from '../../../../lambdas/core/delivery/listed-object.ts';

const modifiedAt = new Date('2026-11-20T02:15:00Z');
const later = (seconds: number) => new Date(modifiedAt.getTime() + seconds * 1000);
const listed: ListedFacts = { etag: '"e"', modifiedAt };
const delivered: NonNullable<DeliveryRecord['delivered']> = {
  versionId: 'v1',
  etag: '"e"',
  modifiedAt,
  sizeBytes: 5,
  sha256: undefined,
  path: '/in/a.csv',
  verification: 'size',
  doubt: undefined,
  deliveredAt: later(120),
};
const lastError = { versionId: 'v2', error: 'no-space', message: 'quota', tries: 1, failedAt: later(90) };
const replay = { who: 'ann', reason: 'lost', at: later(90) };
const claimed = (versionId: string) => ({ sequencer: 'A', versionId });

describe('an object in the listing of the bucket', () => {
  it.each<[string, Partial<ListedFacts>, Partial<DeliveryRecord>, ReturnType<typeof listedStep>]>([
    ['that was never delivered is delivered', {}, { delivered: undefined }, 'deliver'],
    ['with other bytes is delivered', { etag: '"f"' }, {}, 'deliver'],
    ['that an operator wants again is delivered', {}, { replay }, 'deliver'],
    ['of the time of the delivered version is left alone', {}, {}, 'delivered'],
    ['whose time has milliseconds is left alone', { modifiedAt: later(0.9) }, {}, 'delivered'],
    ['of a later time, with equal bytes, is compared', { modifiedAt: later(1) }, {}, 'compare-version'],
    [
      'of an earlier time, as of a long multipart upload, is compared',
      { modifiedAt: later(-1) },
      {},
      'compare-version',
    ],
    ['with equal bytes, of which a try failed, is compared', {}, { lastError }, 'compare-version'],
    ['with an event of another version is compared', {}, { claimed: claimed('v2') }, 'compare-version'],
    [
      'that was delivered within its second is compared',
      {},
      { delivered: { ...delivered, deliveredAt: later(1) }, claimed: claimed('v1') },
      'compare-version',
    ],
    [
      'whose delivered version has no time is compared',
      {},
      { delivered: { ...delivered, modifiedAt: undefined } },
      'compare-version',
    ],
  ])('%s', (_, facts, record, expected) => {
    expect(listedStep({ ...listed, ...facts }, { ...emptyDeliveryRecord, delivered, ...record })).toBe(
      expected,
    );
  });
});
