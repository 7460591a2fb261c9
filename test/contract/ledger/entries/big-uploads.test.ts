import { describe, expect, it } from 'vitest';
import { partnerIdSchema } from '../../../../lambdas/contract/ids.ts';
import { parseRelativePath } from '../../../../lambdas/core/path/relative-path.ts';
import {
  dropCapabilities,
  provenCapabilities,
  recordCapabilities,
} from '../../../../lambdas/ledger/connection/server-capabilities.ts';
import {
  type BigUpload,
  findBigUpload,
  forgetBigUpload,
  recordBigUpload,
} from '../../../../lambdas/ledger/entries/big-uploads.ts';
import { FencedError } from '../../../../lambdas/ledger/entries/file-entries.ts';
import { newFlow, useTable } from '../test-table.ts';

const ledger = useTable();
const now = new Date('2026-11-20T02:15:00Z');
const upload: BigUpload = {
  uploadId: 'upload-1',
  key: 'acme/big.bin',
  partBytes: 8_388_608,
  sizeBytes: 5_000_000_000,
  modifiedRaw: '20261120021500',
  unique: 'u1',
};

describe('the upload of a big file', () => {
  it.each([
    ['a plain path', 'in/big.bin'],
    ['a path longer than a key may be', `${'x'.repeat(200)}/`.repeat(10)],
    ['a path that begins like a hash', '~big.bin'],
  ])('is found by %s', async (_, text) => {
    const flowName = newFlow();
    const relativePath = parseRelativePath(text);

    await recordBigUpload(ledger.table, { flowName, relativePath, fence: 1 }, { ...upload, now });

    expect(await findBigUpload(ledger.table, flowName, relativePath)).toEqual(upload);
    expect(await findBigUpload(ledger.table, flowName, parseRelativePath('another'))).toBeUndefined();
  });

  it('replaces the one before completely', async () => {
    const entry = { flowName: newFlow(), relativePath: parseRelativePath('big.bin'), fence: 1 };
    const bare = { ...upload, uploadId: 'upload-2', modifiedRaw: undefined, unique: undefined };
    await recordBigUpload(ledger.table, entry, { ...upload, now });

    await recordBigUpload(ledger.table, { ...entry, fence: 2 }, { ...bare, now });

    expect(await findBigUpload(ledger.table, entry.flowName, entry.relativePath)).toEqual(bare);
  });

  it('is neither replaced nor forgotten by a run that has been replaced', async () => {
    const entry = { flowName: newFlow(), relativePath: parseRelativePath('big.bin'), fence: 2 };
    await recordBigUpload(ledger.table, entry, { ...upload, now });
    const late = { ...entry, fence: 1 };

    const writes = [
      recordBigUpload(ledger.table, late, { ...upload, uploadId: 'late', now }),
      forgetBigUpload(ledger.table, late),
    ];

    for (const write of writes) await expect(write).rejects.toBeInstanceOf(FencedError);
    expect(await findBigUpload(ledger.table, entry.flowName, entry.relativePath)).toEqual(upload);
  });

  it('is forgotten once, and forgetting it again is fine', async () => {
    const entry = { flowName: newFlow(), relativePath: parseRelativePath('big.bin'), fence: 1 };
    await recordBigUpload(ledger.table, entry, { ...upload, now });

    await forgetBigUpload(ledger.table, entry);
    await forgetBigUpload(ledger.table, entry);

    expect(await findBigUpload(ledger.table, entry.flowName, entry.relativePath)).toBeUndefined();
  });
});

it('What a server has proven is kept until it contradicts it', async () => {
  const partner = partnerIdSchema.parse('prover');
  const proved = { server: 'ftps.acme.example:21', restUpTo: 6_000_000_000 };
  const before = await provenCapabilities(ledger.table, partner);

  await recordCapabilities(ledger.table, partner, { ...proved, at: now });
  const kept = await provenCapabilities(ledger.table, partner);
  await dropCapabilities(ledger.table, partner);

  expect(before).toBeUndefined();
  expect(kept).toEqual(proved);
  expect(await provenCapabilities(ledger.table, partner)).toBeUndefined();
});
