import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { openPool } from '../../../../lambdas/connections/open-pool.ts';
import type { TransferAction } from '../../../../lambdas/contract/documents/plan-documents.ts';
import type { ObjectKey } from '../../../../lambdas/core/path/object-key.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import { defaultRate } from '../../../../lambdas/core/plan/transfer-rate.ts';
import { compareChecksums, completeBigFile } from '../../../../lambdas/pull/big-files/complete-big-file.ts';
import { createUpload, uploadPart } from '../../../../lambdas/s3/upload/multipart-requests.ts';
import { ampleTime, type TestRun, usePullFixture } from '../pull-fixture.ts';
import { startPulledPartner } from '../pulled-partner.ts';

const fixture = usePullFixture();
const path = parseRemotePath('/in/a.csv');
const modified = new Date('2026-11-19T12:00:00Z');

function keyOf({ partner }: TestRun): ObjectKey {
  return `${partner.flows[0]?.prefix}a.csv` as ObjectKey;
}

/** An upload with its only part. */
async function uploaded(test: TestRun, text: string) {
  const upload = await createUpload({ bucket: fixture.inbox, key: keyOf(test) }, {});
  const parts = [await uploadPart(upload, 1, Buffer.from(text))];
  return { uploadId: upload.uploadId, parts };
}

it.each([
  ['the bytes that the server has', 'right', 'equal'],
  ['other bytes of the same size', 'wrong', { serverHex: 'b4ca7514', ourHex: '27c59d1a' }],
])('Parts with %s are told by the CRC-32 of the server', async (_, stored, expected) => {
  const partner = await startPulledPartner(fixture, { hashes: ['XCRC'] });
  partner.tree.put(path, { content: 'right', modified });
  const test = await partner.begin();
  const { parts } = await uploaded(test, stored);
  await using pool = openPool(test.partner, fixture.dependencies(test));

  const comparison = await compareChecksums(path, { parts, sizeBytes: 5 }, { pool, deadline: ampleTime });

  expect(comparison).toEqual(expected);
});

it('A big file is not completed over an object of others', async () => {
  const partner = await startPulledPartner(fixture, {});
  const test = await partner.begin();
  const key = keyOf(test);
  const { uploadId, parts } = await uploaded(test, 'ours');
  const { client, name: Bucket } = fixture.inbox;
  await client.send(new PutObjectCommand({ Bucket, Key: key, Body: 'theirs' }));
  const dependencies = fixture.dependencies(test);
  await using pool = openPool(test.partner, dependencies);
  const scope = { run: test.run, remote: parseRemotePath('/in'), expectations: [] };
  const file = { path, sizeBytes: 4, modified: undefined, unique: undefined };
  const action: TransferAction = {
    ...{ kind: 'transfer', file, key, reason: 'new', transferredBefore: undefined },
    ...{ attemptsBefore: 0, isTimeFinal: true, doneFile: undefined },
  };
  const upload = { uploadId, sizeBytes: 4, partBytes: 4, reading: 'from-offset' } as const;
  const found = { sizeBytes: 4, modified: undefined };

  const completing = completeBigFile(
    action,
    { upload, parts, found, verification: 'size', note: undefined },
    { ...dependencies, scope, pool, rate: defaultRate, partner: test.partner },
  );

  await expect(completing).rejects.toMatchObject({ name: 'ForeignObjectError' });
  expect(await partner.objectText(test, 'a.csv')).toBe('theirs');
});
