import { expect, it } from 'vitest';
import type { UploadCheckpoint } from '../../../../lambdas/core/delivery/resume-upload.ts';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import {
  readDelivery,
  recordDelivered,
  recordNothingToDeliver,
  recordUpload,
} from '../../../../lambdas/ledger/entries/delivery-entries.ts';
import { newFlow, useTable } from '../test-table.ts';

const ledger = useTable();
const delivery = () => ({ flowName: newFlow(), relativePath: parseRelativePath('a/b.bin') });

const begun: UploadCheckpoint = {
  versionId: 'v1',
  staging: '/in/.b.bin.part',
  reachedBytes: 5_000_000_000_000,
  stalledInvocations: 2,
  closedBytes: undefined,
  restart: undefined,
  append: undefined,
};

it.each<[string, UploadCheckpoint]>([
  ['has begun', begun],
  [
    'was closed by an invocation',
    { ...begun, closedBytes: 5_000_000_000_000, restart: 'refused', append: 'refused' },
  ],
])('An upload that %s is read as it was recorded', async (_, mark) => {
  const name = delivery();

  await recordUpload(ledger.table, name, mark);

  expect((await readDelivery(ledger.table, name)).upload).toStrictEqual(mark);
});

it('An upload that is resumed is no longer closed', async () => {
  const name = delivery();
  await recordUpload(ledger.table, name, { ...begun, closedBytes: 7 });

  await recordUpload(ledger.table, name, begun);

  expect((await readDelivery(ledger.table, name)).upload).toStrictEqual(begun);
});

it('An upload is removed once the object is delivered', async () => {
  const name = delivery();
  await recordUpload(ledger.table, name, begun);

  await recordDelivered(ledger.table, name, {
    versionId: 'v1',
    etag: '"e"',
    modifiedAt: undefined,
    sizeBytes: 5,
    sha256: undefined,
    path: '/in/a/b.bin',
    verification: 'size',
    doubt: undefined,
    deliveredAt: new Date(),
  });

  expect((await readDelivery(ledger.table, name)).upload).toBeUndefined();
});

it('An upload is removed if nothing is left to deliver', async () => {
  const name = delivery();
  await recordUpload(ledger.table, name, begun);

  await recordNothingToDeliver(ledger.table, name);

  expect((await readDelivery(ledger.table, name)).upload).toBeUndefined();
});
