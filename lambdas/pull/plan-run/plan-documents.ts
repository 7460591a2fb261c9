import type { DecisionLine, ToDisposeLine, TransferAction } from '../../contract/documents/plan-documents.ts';
import { documentNames, numbered } from '../../contract/documents/run-folder.ts';
import { baseName } from '../../core/path/remote-path.ts';
import {
  type ManifestRange,
  pieceLimits,
  RangeJoiner,
  type WorkerSetting,
} from '../../core/plan/batch-sizing.ts';
import { isBigFile } from '../../core/plan/choose-route.ts';
import type { FileRecord } from '../../core/plan/file-record.ts';
import type { Decision } from '../../core/plan/plan.ts';
import type { TransferRate } from '../../core/plan/transfer-rate.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { JsonLinesWriter } from '../../s3/documents/json-lines-writer.ts';
import { type PlanCounts, piecesKey } from './plan-state.ts';

export interface PlanDocumentsOptions {
  readonly runs: Bucket;
  /** The run's folder. */
  readonly folder: string;
  readonly round: number;
  /** The counts of the earlier invocations. */
  readonly before: PlanCounts;
  readonly rate: TransferRate;
  readonly worker: WorkerSetting;
}

/**
 * The documents of one invocation of a plan, numbered by its round: files to transfer, cut into pieces; big
 * files; files to dispose; and the decisions about all others. Empty documents are written too, so that a
 * repeated invocation overwrites all that the first one left. Call `commit` after the last decision.
 */
export class PlanDocuments implements AsyncDisposable {
  readonly #options: PlanDocumentsOptions;
  readonly #manifest: JsonLinesWriter;
  readonly #pieces: JsonLinesWriter;
  readonly #bigFiles: JsonLinesWriter;
  readonly #toDispose: JsonLinesWriter;
  readonly #decisions: JsonLinesWriter;
  readonly #joiner: RangeJoiner;
  readonly #counts: PlanCounts;
  #manifestBytes = 0;

  constructor(options: PlanDocumentsOptions) {
    const { runs, folder, round, before, rate, worker } = options;
    const writer = (name: string) => new JsonLinesWriter(runs, `${folder}${name}${numbered(round)}`);
    this.#options = options;
    this.#manifest = writer(documentNames.manifest);
    this.#pieces = new JsonLinesWriter(runs, piecesKey(folder, round));
    this.#bigFiles = writer(documentNames.bigFiles);
    this.#toDispose = writer(documentNames.toDispose);
    this.#decisions = writer(documentNames.decisions);
    this.#joiner = new RangeJoiner(pieceLimits(worker), rate);
    this.#counts = structuredClone(before);
  }

  get counts(): Readonly<PlanCounts> {
    return this.#counts;
  }

  /** @param records the ledger's records of the file's directory, by name. */
  async add(decision: Decision, records: ReadonlyMap<string, FileRecord>): Promise<void> {
    const { reasons } = this.#counts;
    switch (decision.kind) {
      case 'transfer':
        countIn(reasons.transfer, decision.reason);
        return this.#transfer(transferAction(decision, records));
      case 'dispose': {
        this.#counts.disposeFiles += 1;
        const { key, verifiedModified, fingerprint: listed, isTimeFinal } = decision.transferred;
        const version = { key, verifiedModified, listed, isTimeFinal };
        const line: ToDisposeLine = { kind: 'dispose', file: decision.file, ...version };
        await this.#toDispose.write(line);
        return;
      }
      case 'hold': {
        this.#counts.held += 1;
        countIn(reasons.held, decision.reason);
        const { path, sizeBytes } = decision.file;
        return this.#decide({ path, sizeBytes, outcome: 'held', reason: decision.reason });
      }
      case 'refuse': {
        this.#counts.refused += 1;
        countIn(reasons.refused, decision.reason);
        const { path, reason } = decision;
        return this.#decide({ path, sizeBytes: undefined, outcome: 'refused', reason });
      }
      case 'skip': {
        const { path, sizeBytes, reason } = decision;
        countIn(this.#counts.skipped, reason);
        // Most files are unchanged: they are only counted, so that a run without changes writes very little.
        if (reason === 'unchanged') return;
        return this.#decide({ path, sizeBytes, outcome: 'skipped', reason });
      }
    }
    return decision satisfies never;
  }

  /** @throws StorageError */
  async commit(): Promise<void> {
    await this.#cut(this.#joiner.end());
    for (const writer of this.#writers()) await writer.commit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#writers().map((writer) => writer.abort()));
  }

  #writers(): readonly JsonLinesWriter[] {
    return [this.#manifest, this.#pieces, this.#bigFiles, this.#toDispose, this.#decisions];
  }

  async #transfer(action: TransferAction): Promise<void> {
    const { rate, worker, round } = this.#options;
    const bytes = action.file.sizeBytes ?? 0;
    this.#counts.transfers += 1;
    this.#counts.bytes += bytes;
    if (isBigFile(action.file.sizeBytes, { rate, invocationSeconds: worker.invocationSeconds })) {
      this.#counts.bigFiles += 1;
      await this.#bigFiles.write(action);
      return;
    }
    const offset = this.#manifestBytes;
    const length = await this.#manifest.write(action);
    this.#manifestBytes += length;
    await this.#cut(this.#joiner.add({ document: round, offset, length, files: 1, bytes }));
  }

  async #cut(piece: ManifestRange | undefined): Promise<void> {
    if (piece !== undefined) await this.#pieces.write(piece);
  }

  async #decide(line: DecisionLine): Promise<void> {
    await this.#decisions.write(line);
  }
}

function countIn(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}

function transferAction(
  {
    file,
    key,
    reason,
    transferred,
    isTimeFinal,
    doneFile,
    clockShift,
  }: Extract<Decision, { kind: 'transfer' }>,
  records: ReadonlyMap<string, FileRecord>,
): TransferAction {
  const lastError = records.get(baseName(file.path))?.lastError;
  const attemptsBefore = reason === 'failed-before' ? (lastError?.attempts ?? 0) : 0;
  const transferredBefore = transferred && {
    key: transferred.key,
    etag: transferred.etag,
    sha256: transferred.sha256,
    crc32: transferred.crc32,
    sizeBytes: transferred.sizeBytes,
    modified: transferred.verifiedModified,
    unique: transferred.fingerprint.unique,
  };
  return {
    kind: 'transfer',
    file,
    key,
    reason,
    transferredBefore,
    attemptsBefore,
    isTimeFinal,
    doneFile,
    ...(clockShift === undefined ? {} : { clockShift }),
  };
}
