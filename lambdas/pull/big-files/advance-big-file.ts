import type { Slice } from '../../contract/workflow.ts';
import {
  type BigFileStep,
  bigFileStep,
  countStoredParts,
  type FailStep,
  failStep,
  interruptedStep,
  type RestartStep,
  sliceRanges,
} from '../../core/plan/big-file-step.ts';
import type { Outcome } from '../../core/plan/outcome.ts';
import { toFileError } from '../transfer-file/file-error.ts';
import type { FinalError } from '../transfer-file/record-outcome.ts';
import type { OpenBigFile } from './big-file-state.ts';
import type { BigFileTransfer, GatheredUpload } from './big-file-transfer.ts';

/** The result of one round with a file. */
export type BigFileResult =
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  | { readonly kind: 'open'; readonly file: OpenBigFile; readonly slices: readonly Slice[] };

/**
 * Does the next step with a big file: begins it, has its missing parts fetched, completes it, restarts it or
 * fails it. The stored parts are its progress, so a repeated call comes to the same result.
 * @throws FtpsError, StorageError, ForeignObjectError, FencedError
 */
export async function advanceBigFile(file: OpenBigFile, transfer: BigFileTransfer): Promise<BigFileResult> {
  const facts = await transfer.gatherFacts(file.upload);
  const { settled, now } = transfer;
  return executeStep(bigFileStep(facts, file, { settled, now: now() }), file, transfer);
}

/** The result of a file whose round the deadline ended before its facts were known. */
export async function interruptBigFile(file: OpenBigFile, transfer: BigFileTransfer): Promise<BigFileResult> {
  return executeStep(interruptedStep(file), file, transfer);
}

/** The result of a file with an error that no retry cures. */
export async function failBigFile(
  file: OpenBigFile,
  transfer: BigFileTransfer,
  error: FinalError,
): Promise<BigFileResult> {
  return executeStep(failStep(error), file, transfer);
}

async function executeStep(
  step: BigFileStep<GatheredUpload>,
  file: OpenBigFile,
  transfer: BigFileTransfer,
): Promise<BigFileResult> {
  switch (step.kind) {
    case 'begin':
      return begin({ ...file, stalledRounds: step.stalledRounds }, transfer);
    case 'fetch-slices':
      return withSlices({ ...file, stalledRounds: step.stalledRounds }, step.uploading, transfer);
    case 'wait':
      return {
        kind: 'open',
        file: { ...file, stalledRounds: step.stalledRounds, hasSlices: false },
        slices: [],
      };
    case 'complete': {
      const { uploading, found, verification } = step;
      const whole = { ...uploading, found, verification, note: file.restarted?.why };
      return { kind: 'ended', outcome: await transfer.complete(whole) };
    }
    case 'restart':
      return restart(step, file, transfer);
    case 'fail':
      return fail(step, transfer);
  }
  return step satisfies never;
}

async function begin(file: OpenBigFile, transfer: BigFileTransfer): Promise<BigFileResult> {
  const begun = await transfer.begin();
  if (begun.kind === 'ended') return begun;
  const { upload } = begun;
  const missing = await transfer.findMissing(upload);
  // An earlier run fetched all parts and was stopped before it completed the file.
  if (missing.length === 0) return advanceBigFile({ ...file, upload }, transfer);
  return withSlices(file, { upload, missing }, transfer);
}

/** The file, with slices for its missing parts. */
function withSlices(
  file: OpenBigFile,
  { upload, missing }: Pick<GatheredUpload, 'upload' | 'missing'>,
  { pace }: BigFileTransfer,
): BigFileResult {
  const {
    key,
    file: { path },
  } = file.action;
  const ranges = sliceRanges(upload, missing, pace);
  const slices = ranges.map((range) => ({ path, key, ...upload, ...range }));
  const storedParts = countStoredParts(upload, missing);
  return { kind: 'open', file: { ...file, upload, storedParts, hasSlices: true }, slices };
}

async function restart(
  { version, why, restProof }: RestartStep,
  file: OpenBigFile,
  transfer: BigFileTransfer,
): Promise<BigFileResult> {
  if (restProof === 'drop') await transfer.dropRestProof();
  await transfer.discardParts();
  const next = version === undefined ? transfer : transfer.withVersion(version);
  const restarted = { at: transfer.now().toISOString(), why };
  const fresh = { upload: undefined, storedParts: 0, stalledRounds: 0, restarted };
  return begin({ ...file, ...fresh, action: next.action }, next);
}

async function fail(
  { parts, restProof, ...error }: FailStep,
  transfer: BigFileTransfer,
): Promise<BigFileResult> {
  if (restProof === 'drop') await transfer.dropRestProof();
  const refusal = parts === 'discard' ? await discardOrRefusal(transfer) : '';
  const message = `${error.message}${refusal}`;
  return { kind: 'ended', outcome: await transfer.recordFailed({ ...error, message }) };
}

/** A refusal of S3 to delete the parts must not end the step: the bucket's lifecycle rule deletes them. */
async function discardOrRefusal(transfer: BigFileTransfer): Promise<string> {
  try {
    await transfer.discardParts();
    return '';
  } catch (cause) {
    const refused = toFileError(cause);
    if (refused === undefined) throw cause;
    return ` Its stored parts stay for up to 7 days. ${refused.message}`;
  }
}
