import type { DecisionLine, ToClearLine, TransferAction } from '../contract/plan-documents.ts';
import { documentNames, numbered } from '../contract/run-folder.ts';
import type { Bucket } from '../s3/bucket.ts';
import { JsonLinesWriter } from '../s3/json-lines-writer.ts';
import { type ManifestShare, pieceLimits, ShareJoiner, type WorkerSetting } from '../sync/batch.ts';
import type { TransferRate } from '../sync/expected-time.ts';
import type { FileRecord } from '../sync/file-record.ts';
import type { Decision } from '../sync/plan.ts';
import { nameOf } from '../sync/remote-path.ts';
import { isBig } from '../sync/route.ts';
import { type PlanCounts, piecesKey } from './plan-state.ts';

export interface PlanDocumentsOptions {
  readonly runs: Bucket;
  /** The run's folder. */
  readonly folder: string;
  readonly round: number;
  /** Of the invocations before this one. */
  readonly before: PlanCounts;
  readonly rate: TransferRate;
  readonly worker: WorkerSetting;
}

/**
 * What one invocation writes of the plan, line by line under its number: what is to be transferred, cut into pieces; big files; what
 * is to be cleared; and what is decided about everything else. All of it is written, also where it is empty: a repeated
 * invocation overwrites whatever the first one left.
 */
export class PlanDocuments implements AsyncDisposable {
  readonly #options: PlanDocumentsOptions;
  readonly #manifest: JsonLinesWriter;
  readonly #pieces: JsonLinesWriter;
  readonly #bigFiles: JsonLinesWriter;
  readonly #toClear: JsonLinesWriter;
  readonly #decisions: JsonLinesWriter;
  readonly #joiner: ShareJoiner;
  readonly #counts: PlanCounts;
  #manifestBytes = 0;

  constructor(options: PlanDocumentsOptions) {
    const { runs, folder, round, before, rate, worker } = options;
    const writer = (name: string) => new JsonLinesWriter(runs, `${folder}${name}${numbered(round)}`);
    this.#options = options;
    this.#manifest = writer(documentNames.manifest);
    this.#pieces = new JsonLinesWriter(runs, piecesKey(folder, round));
    this.#bigFiles = writer(documentNames.bigFiles);
    this.#toClear = writer(documentNames.toClear);
    this.#decisions = writer(documentNames.decisions);
    this.#joiner = new ShareJoiner(pieceLimits(worker), rate);
    this.#counts = structuredClone(before);
  }

  get counts(): Readonly<PlanCounts> {
    return this.#counts;
  }

  /** @param records what the ledger knows of the file's directory. */
  async add(decision: Decision, records: ReadonlyMap<string, FileRecord>): Promise<void> {
    const { reasons } = this.#counts;
    switch (decision.kind) {
      case 'transfer':
        countIn(reasons.transfer, decision.reason);
        return this.#transfer(transferAction(decision, records));
      case 'post-process': {
        this.#counts.postProcess += 1;
        const { key, verifiedModified } = decision.taken;
        const line: ToClearLine = { kind: 'post-process', file: decision.file, key, verifiedModified };
        await this.#toClear.write(line);
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
        // Unchanged files are the many: they are counted, so that a quiet night writes next to nothing.
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
    return [this.#manifest, this.#pieces, this.#bigFiles, this.#toClear, this.#decisions];
  }

  async #transfer(action: TransferAction): Promise<void> {
    const { rate, worker, round } = this.#options;
    const bytes = action.file.sizeBytes ?? 0;
    this.#counts.transfers += 1;
    this.#counts.bytes += bytes;
    if (isBig(action.file.sizeBytes, { rate, invocationSeconds: worker.invocationSeconds })) {
      this.#counts.bigFiles += 1;
      await this.#bigFiles.write(action);
      return;
    }
    const offset = this.#manifestBytes;
    const length = await this.#manifest.write(action);
    this.#manifestBytes += length;
    await this.#cut(this.#joiner.add({ document: round, offset, length, files: 1, bytes }));
  }

  async #cut(piece: ManifestShare | undefined): Promise<void> {
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
  { file, key, reason, taken }: Extract<Decision, { kind: 'transfer' }>,
  records: ReadonlyMap<string, FileRecord>,
): TransferAction {
  const failure = records.get(nameOf(file.path))?.failure;
  const attemptsBefore = reason === 'failed-before' ? (failure?.attempts ?? 0) : 0;
  const takenBefore = taken && {
    key: taken.key,
    etag: taken.etag,
    sha256: taken.sha256,
    crc32: taken.crc32,
    sizeBytes: taken.sizeBytes,
    modified: taken.verifiedModified,
    unique: taken.fingerprint.unique,
  };
  return { kind: 'transfer', file, key, reason, takenBefore, attemptsBefore };
}
