import { expect, it } from 'vitest';
import {
  readDelivery,
  recordDelivered,
  recordNothingToDeliver,
  recordUpload,
} from '../../../lambdas/ledger/delivery-entries.ts';
import type { UploadMark } from '../../../lambdas/sync/resume-upload.ts';
import { newFlow, useTable } from './test-table.ts';

const ledger = useTable();
const delivery = () => ({ flowName: newFlow(), relativePath: 'a/b.bin' });

const begun: UploadMark = {
  versionId: 'v1',
  reachedBytes: 5_000_000_000_000,
  idle: 2,
  endedBytes: undefined,
  restart: undefined,
  append: undefined,
};

it.each<[string, UploadMark]>([
  ['has begun', begun],
  [
    'was ended by an invocation',
    { ...begun, endedBytes: 5_000_000_000_000, restart: 'refused', append: 'refused' },
  ],
])('An upload that %s is read as it was recorded', async (_, mark) => {
  const name = delivery();

  await recordUpload(ledger.table, name, mark);

  expect((await readDelivery(ledger.table, name)).upload).toStrictEqual(mark);
});

it('An upload that goes on is no longer one that was ended', async () => {
  const name = delivery();
  await recordUpload(ledger.table, name, { ...begun, endedBytes: 7 });

  await recordUpload(ledger.table, name, begun);

  expect((await readDelivery(ledger.table, name)).upload).toStrictEqual(begun);
});

it('Nothing is left of it once the object is delivered', async () => {
  const name = delivery();
  await recordUpload(ledger.table, name, begun);

  await recordDelivered(ledger.table, name, {
    versionId: 'v1',
    etag: '"e"',
    sizeBytes: 5,
    sha256: undefined,
    path: '/in/a/b.bin',
    verification: 'size',
    doubt: undefined,
    deliveredAt: new Date(),
  });

  expect((await readDelivery(ledger.table, name)).upload).toBeUndefined();
});

it('Nothing is left of it where there is nothing to deliver any more', async () => {
  const name = delivery();
  await recordUpload(ledger.table, name, begun);

  await recordNothingToDeliver(ledger.table, name);

  expect((await readDelivery(ledger.table, name)).upload).toBeUndefined();
});
