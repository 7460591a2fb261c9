import { describe, expect, it } from 'vitest';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import {
  DeliveryLeaseLostError,
  type LeasedDelivery,
  readDelivery,
  recordDelivered,
  recordDeliveryError,
  recordNothingToDeliver,
  recordRenaming,
  recordUpload,
  releaseDelivery,
} from '../../../../lambdas/ledger/entries/delivery-entries.ts';
import { takeDelivery } from '../../../../lambdas/ledger/entries/delivery-leases.ts';
import { newFlow, useTable } from '../test-table.ts';

const ledger = useTable();
const at = new Date('2026-11-20T02:15:00Z');
const minutesLater = (minutes: number) => new Date(at.getTime() + minutes * 60_000);

const object = (): LeasedDelivery => ({ flowName: newFlow(), relativePath: parseRelativePath('a.csv') });
const staged = (attempt: string) => ({ path: `/in/.a.csv.${attempt}.part`, versionId: 'v1' });

interface Taker {
  readonly attempt: string;
  readonly message: string;
  readonly now: Date;
}

const take = (delivery: LeasedDelivery, taker: Taker) =>
  takeDelivery(ledger.table, delivery, { ...taker, until: minutesLater(16), staging: staged(taker.attempt) });

const first: Taker = { attempt: 't1', message: 'm1', now: at };

describe('the lease of an object', () => {
  it.each<[string, Taker, 'taken' | 'busy']>([
    [
      'is not given to another message before it is over',
      { attempt: 't2', message: 'm2', now: minutesLater(16) },
      'busy',
    ],
    [
      'is given to another message after that',
      { attempt: 't2', message: 'm2', now: minutesLater(17) },
      'taken',
    ],
    [
      'is given to the same message, whose first worker was lost',
      { attempt: 't2', message: 'm1', now: at },
      'taken',
    ],
  ])('%s', async (_, second, expected) => {
    const delivery = object();
    await take(delivery, first);

    const answer = await take(delivery, second);

    expect(answer === 'busy' ? 'busy' : 'taken').toBe(expected);
  });

  it('comes with the record, and the staging files of all tries, each once', async () => {
    const delivery = object();
    await take(delivery, first);
    // The answer was lost, and the client asks again.
    await take(delivery, first);

    const record = await take(delivery, { attempt: 't2', message: 'm1', now: at });

    expect(record).toMatchObject({ staged: [staged('t1'), staged('t2')], delivered: undefined });
  });

  it('lets a try record no error after it has recorded its version as delivered', async () => {
    const delivery = { ...object(), attempt: 't1' };
    await take(delivery, first);
    await recordDelivered(ledger.table, delivery, delivered);

    const second = recordDeliveryError(ledger.table, delivery, lastError);

    await expect(second).rejects.toThrow(DeliveryLeaseLostError);
    expect(await readDelivery(ledger.table, delivery)).toMatchObject({ lastError: undefined });
  });

  it('is free for everyone once it is released', async () => {
    const delivery = object();
    await take(delivery, first);
    await releaseDelivery(ledger.table, { ...delivery, attempt: 't1' }, []);

    const record = await take(delivery, { attempt: 't2', message: 'm2', now: at });

    expect(record).toMatchObject({ staged: [staged('t2')] });
  });
});

const delivered = {
  versionId: 'v1',
  etag: '"e"',
  modifiedAt: at,
  sizeBytes: 5,
  sha256: undefined,
  path: '/in/a.csv',
  verification: 'size',
  doubt: undefined,
  deliveredAt: at,
} as const;
const renaming = { versionId: 'v1', at, staging: staged('t1').path, before: undefined, staged: undefined };
const upload = {
  versionId: 'v1',
  staging: staged('t1').path,
  reachedBytes: 5,
  stalledInvocations: 0,
  closedBytes: undefined,
  restart: undefined,
  append: undefined,
};
const lastError = { versionId: 'v1', error: 'timeout', message: 'silent', tries: 1, failedAt: at };

type Write = (delivery: LeasedDelivery) => Promise<void>;
const duringLease: readonly [string, Write][] = [
  ['that its rename begins', (delivery) => recordRenaming(ledger.table, delivery, renaming)],
  ['how far its upload came', (delivery) => recordUpload(ledger.table, delivery, upload)],
];
const endingLease: readonly [string, Write][] = [
  ['that the object is delivered', (delivery) => recordDelivered(ledger.table, delivery, delivered)],
  ['that it failed', (delivery) => recordDeliveryError(ledger.table, delivery, lastError)],
  ['that nothing is to be delivered', (delivery) => recordNothingToDeliver(ledger.table, delivery)],
  ['that it ends', (delivery) => releaseDelivery(ledger.table, delivery, [])],
];

describe.each([...duringLease, ...endingLease])('a try that records %s', (_, write) => {
  it('is refused, and changes nothing, while another one has the object', async () => {
    const delivery = object();
    await take(delivery, first);
    await take(delivery, { attempt: 't2', message: 'm2', now: minutesLater(17) });
    const before = await readDelivery(ledger.table, delivery);

    await expect(write({ ...delivery, attempt: 't1' })).rejects.toThrow(DeliveryLeaseLostError);

    expect(await readDelivery(ledger.table, delivery)).toEqual(before);
  });

  it('is refused after another one had it, and ended', async () => {
    const delivery = object();
    await take(delivery, first);
    await take(delivery, { attempt: 't2', message: 'm2', now: minutesLater(17) });
    await recordDelivered(ledger.table, { ...delivery, attempt: 't2' }, delivered);
    const before = await readDelivery(ledger.table, delivery);

    await expect(write({ ...delivery, attempt: 't1' })).rejects.toThrow(DeliveryLeaseLostError);

    expect(await readDelivery(ledger.table, delivery)).toEqual(before);
  });

  it('succeeds again, if the answer was lost and the client repeats it', async () => {
    const delivery = object();
    await take(delivery, first);
    await write({ ...delivery, attempt: 't1' });
    const once = await readDelivery(ledger.table, delivery);

    await write({ ...delivery, attempt: 't1' });

    expect(await readDelivery(ledger.table, delivery)).toEqual(once);
  });
});
