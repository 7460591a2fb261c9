import { expect, it } from 'vitest';
import type { TransferAction } from '../../../../lambdas/contract/documents/plan-documents.ts';
import type { ObjectKey } from '../../../../lambdas/core/path/object-key.ts';
import { parseRemotePath } from '../../../../lambdas/core/path/remote-path.ts';
import type { BigFileFacts } from '../../../../lambdas/core/plan/big-file-step.ts';
import type { FailedOutcome } from '../../../../lambdas/core/plan/outcome.ts';
import { advanceBigFile, failBigFile } from '../../../../lambdas/pull/big-files/advance-big-file.ts';
import type { FileUpload, OpenBigFile } from '../../../../lambdas/pull/big-files/big-file-state.ts';
import type {
  BigFileTransfer,
  GatheredUpload,
} from '../../../../lambdas/pull/big-files/big-file-transfer.ts';
import { StorageError } from '../../../../lambdas/s3/storage-error.ts';

const path = parseRemotePath('/in/a.bin');
const key = 'acme/a.bin' as ObjectKey;
const action: TransferAction = {
  kind: 'transfer',
  file: { path, sizeBytes: 40, modified: undefined, unique: 'u1' },
  key,
  reason: 'new',
  transferredBefore: undefined,
  attemptsBefore: 0,
  isTimeFinal: false,
  doneFile: undefined,
};
const upload: FileUpload = { uploadId: 'first', sizeBytes: 40, partBytes: 10, reading: 'from-offset' };
const file: OpenBigFile = {
  action,
  upload,
  storedParts: 2,
  stalledRounds: 1,
  hasSlices: true,
  begunAt: '2026-11-19T12:00:00.000Z',
  restarted: undefined,
};
const missing = [{ firstPart: 4, lastPart: 4 }];
const uploading: GatheredUpload = {
  kind: 'uploading',
  upload,
  parts: [],
  missing,
  sliceError: undefined,
  checksum: 'unknown',
  found: { sizeBytes: 40, modified: undefined },
};
const failure: FailedOutcome = {
  kind: 'failed',
  path,
  key,
  sizeBytes: 40,
  error: 'gone',
  message: 'It is gone.',
};

/** A transfer that writes down what it is asked to do. */
function recordedTransfer(facts: BigFileFacts<GatheredUpload>): {
  readonly calls: string[];
  readonly transfer: BigFileTransfer;
} {
  const calls: string[] = [];
  const record = async (call: string) => void calls.push(call);
  const transfer: BigFileTransfer = {
    action,
    settled: { minAgeMs: 0, unchangedListings: 1, doneFile: undefined },
    pace: { bytesPerSecond: 1000, invocationSeconds: 900, sessions: 1 },
    now: () => new Date('2026-11-19T13:00:00Z'),
    gatherFacts: async () => facts,
    begin: async () => {
      await record('begin');
      return { kind: 'uploading', upload: { ...upload, uploadId: 'second' } };
    },
    findMissing: async () => [{ firstPart: 1, lastPart: 4 }],
    complete: async () => {
      await record('complete');
      return failure;
    },
    discardParts: () => record('discard parts'),
    dropRestProof: () => record('drop the proof of REST'),
    recordFailed: async ({ error }) => {
      await record(`record ${error}`);
      return failure;
    },
    withVersion: ({ sizeBytes }) => ({
      ...transfer,
      action: { ...action, file: { ...action.file, sizeBytes } },
    }),
  };
  return { calls, transfer };
}

it('A file with missing parts stays open with slices, and without stalled rounds after progress', async () => {
  const { transfer } = recordedTransfer(uploading);

  const result = await advanceBigFile(file, transfer);

  expect(result).toEqual({
    kind: 'open',
    file: { ...file, storedParts: 3, stalledRounds: 0, hasSlices: true },
    slices: [{ path, key, ...upload, firstPart: 4, lastPart: 4 }],
  });
});

it('A file that changed restarts with the new version, after its parts are discarded', async () => {
  const { calls, transfer } = recordedTransfer({
    ...uploading,
    found: { sizeBytes: 50, modified: undefined },
  });

  const result = await advanceBigFile(file, transfer);

  expect(calls).toEqual(['discard parts', 'begin']);
  expect(result).toMatchObject({
    kind: 'open',
    file: {
      action: { file: { sizeBytes: 50 } },
      upload: { uploadId: 'second' },
      stalledRounds: 0,
      restarted: { at: '2026-11-19T13:00:00.000Z' },
    },
    slices: [{ uploadId: 'second', firstPart: 1, lastPart: 4 }],
  });
});

it('A file with wrong bytes restarts after REST has lost its proof and the parts are discarded', async () => {
  const checksum = { serverHex: 'deadbeef', ourHex: '01234567' };
  const { calls, transfer } = recordedTransfer({ ...uploading, missing: [], checksum });

  await advanceBigFile(file, transfer);

  expect(calls).toEqual(['drop the proof of REST', 'discard parts', 'begin']);
});

it('A file that is gone fails after its parts are discarded', async () => {
  const { calls, transfer } = recordedTransfer({ ...uploading, found: undefined });

  const result = await advanceBigFile(file, transfer);

  expect(calls).toEqual(['discard parts', 'record gone']);
  expect(result).toEqual({ kind: 'ended', outcome: failure });
});

it('A file whose access is denied fails and keeps its parts', async () => {
  const { calls, transfer } = recordedTransfer(uploading);

  await failBigFile(file, transfer, { error: 'denied', message: 'No access.' });

  expect(calls).toEqual(['record denied']);
});

it('A file whose earlier upload has all parts is looked at again and completed', async () => {
  const { calls, transfer } = recordedTransfer({ kind: 'not-begun' });
  const resumed: BigFileTransfer = {
    ...transfer,
    gatherFacts: async (known) =>
      known === undefined ? { kind: 'not-begun' } : { ...uploading, missing: [] },
    findMissing: async () => [],
  };

  await advanceBigFile({ ...file, upload: undefined }, resumed);

  expect(calls).toEqual(['begin', 'complete']);
});

it('A file whose parts S3 refuses to delete fails alone, with both reasons', async () => {
  const { transfer } = recordedTransfer(uploading);
  const messages: string[] = [];
  const refused = new StorageError('object-refused', 'Could not abort: AccessDenied.', undefined);

  const result = await failBigFile(
    file,
    {
      ...transfer,
      discardParts: async () => {
        throw refused;
      },
      recordFailed: async ({ message }) => {
        messages.push(message);
        return failure;
      },
    },
    { error: 'gone', message: 'It is gone.' },
  );

  expect(result).toEqual({ kind: 'ended', outcome: failure });
  expect(messages).toEqual([expect.stringMatching(/It is gone\..*AccessDenied/)]);
});
