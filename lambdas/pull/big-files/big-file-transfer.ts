import type { TransferAction } from '../../contract/documents/plan-documents.ts';
import type { BigFileFacts, FoundVersion, Uploading } from '../../core/plan/big-file-step.ts';
import type { SettleRules } from '../../core/plan/check-settled.ts';
import type { SlicePace } from '../../core/plan/cut-slices.ts';
import type { Outcome } from '../../core/plan/outcome.ts';
import { missingParts, type PartRange } from '../../core/plan/part-grid.ts';
import { statFile } from '../../ftps/listing/stat-file.ts';
import { findPullFlow } from '../../partners/read-partner.ts';
import type { StoredPart } from '../../s3/upload/multipart-requests.ts';
import { listParts } from '../../s3/upload/multipart-requests.ts';
import { flowRules } from '../flow-rules.ts';
import { type FinalError, recordFailed } from '../transfer-file/record-outcome.ts';
import { type BegunBigFile, beginBigFile } from './begin-big-file.ts';
import type { BigFileContext } from './big-file-context.ts';
import type { FileUpload } from './big-file-state.ts';
import { compareChecksums, completeBigFile, type WholeFile } from './complete-big-file.ts';
import { discardUpload } from './file-upload.ts';
import { dropRestProof } from './rest-support.ts';
import { readSliceError } from './slice-errors.ts';

/** What is known of a file that has an upload. */
export interface GatheredUpload extends Uploading {
  readonly upload: FileUpload;
  readonly parts: readonly StoredPart[];
}

/**
 * The transfer of one big file: the rules of its flow, and what its steps do at the partner, in the buckets
 * and in the ledger. Each function may be called again after an error.
 */
export interface BigFileTransfer {
  readonly action: TransferAction;
  readonly settled: SettleRules;
  readonly pace: SlicePace;
  readonly now: () => Date;
  /**
   * Asks the inbox for the parts, the run's documents for the errors of slices, and the partner for the file.
   * @throws FtpsError, StorageError
   */
  readonly gatherFacts: (upload: FileUpload | undefined) => Promise<BigFileFacts<GatheredUpload>>;
  /** @throws FtpsError, StorageError, ForeignObjectError, FencedError */
  readonly begin: () => Promise<BegunBigFile>;
  /** The parts that the upload does not have. @throws StorageError */
  readonly findMissing: (upload: FileUpload) => Promise<readonly PartRange[]>;
  /** @throws StorageError, ForeignObjectError, FencedError */
  readonly complete: (whole: WholeFile) => Promise<Outcome>;
  /** Deletes the stored parts. @throws StorageError, FencedError */
  readonly discardParts: () => Promise<void>;
  /** REST must be proved again before it is used at this partner. */
  readonly dropRestProof: () => Promise<void>;
  /** @throws FencedError */
  readonly recordFailed: (error: FinalError) => Promise<Outcome>;
  /** The same transfer with the version that the partner has now. */
  readonly withVersion: (found: FoundVersion) => BigFileTransfer;
}

export function bigFileTransfer(action: TransferAction, context: BigFileContext): BigFileTransfer {
  const { inbox, runs, scope, pool, table, partner, rate, deadline, now, log } = context;
  const { key, file } = action;
  return {
    action,
    settled: flowRules(findPullFlow(partner, scope.run.flow)).settled,
    pace: {
      bytesPerSecond: rate.bytesPerSecond,
      invocationSeconds: deadline.totalMs / 1000,
      sessions: partner.connection.maxConnections,
    },
    now,
    begin: () => beginBigFile(action, context),
    complete: (whole) => completeBigFile(action, whole, context),
    discardParts: () => discardUpload(action, context),
    dropRestProof: () => dropRestProof(table, scope.run.partner, log),
    recordFailed: (error) => recordFailed(action, error, scope, context),
    findMissing: async (upload) =>
      missingParts(upload, (await listParts({ bucket: inbox, key, uploadId: upload.uploadId })) ?? []),
    withVersion: ({ sizeBytes, modified }) => {
      const changed = { ...file, sizeBytes: sizeBytes ?? file.sizeBytes, modified, unique: undefined };
      return bigFileTransfer({ ...action, file: changed }, context);
    },
    gatherFacts: async (upload) => {
      if (upload === undefined) return { kind: 'not-begun' };
      const parts = await listParts({ bucket: inbox, key, uploadId: upload.uploadId });
      if (parts === undefined) return { kind: 'upload-gone' };
      const missing = missingParts(upload, parts);
      const sliceError = await readSliceError(runs, scope.run, upload.uploadId);
      const isWhole = missing.length === 0 && sliceError?.error !== 'wrong-size';
      const checksum = isWhole
        ? await compareChecksums(file.path, { parts, sizeBytes: upload.sizeBytes }, context)
        : 'unknown';
      // Last, so that the file is known to have the same version after its last byte.
      const found = await pool.use((session) => statFile(session, file.path));
      return { kind: 'uploading', upload, parts, missing, sliceError, checksum, found };
    },
  };
}
