import type { OutcomeLine } from '../../contract/documents/outcome-documents.ts';
import type { TransferAction } from '../../contract/documents/plan-documents.ts';
import { documentNames, runFolder } from '../../contract/documents/run-folder.ts';
import type { Outcome } from '../../core/plan/outcome.ts';
import { minSliceBytes } from '../../core/plan/part-size.ts';
import type { StepLog } from '../../runtime/log.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { SharedLinesWriter } from '../shared-lines-writer.ts';
import { FileErrorLog } from '../transfer-file/file-error.ts';
import { recordFailed, type TransferScope } from '../transfer-file/record-outcome.ts';
import type { TransferDependencies } from '../transfer-file/transfer-file.ts';
import { type FileResult, tryFile } from '../transfer-file/try-file.ts';
import type { BatchLine } from './batch-lines.ts';
import { type BatchRound, batchRoundName, type UnfinishedFile } from './unfinished-files.ts';

export interface BatchWorkerOptions {
  readonly scope: TransferScope;
  readonly at: BatchRound;
  readonly runs: Bucket;
  readonly log: StepLog;
  readonly transfer: TransferDependencies;
  /** Called for each file that a session has worked on; `ended`: 1 where the file has its outcome. */
  readonly onTried: (ended: number) => void;
}

/**
 * Invocations that may work on one file: the first may reach it late, and each later one begins with it.
 */
const maxInvocationsPerFile = 3;

const deadlineExceeded = {
  error: 'deadline-exceeded',
  message: `The file did not arrive within ${maxInvocationsPerFile} invocations of the function. No setting changes this; check the partner's transfer rate.`,
} as const;

/**
 * Transfers the files of one invocation of a batch, several at the same time, and sorts them by their result:
 * an outcome, unfinished, or too slow for a batch. Call `commit` after the last file.
 */
export class BatchWorker implements AsyncDisposable {
  readonly #options: BatchWorkerOptions;
  readonly #outcomes: SharedLinesWriter<OutcomeLine>;
  readonly #slowFiles: SharedLinesWriter<TransferAction>;
  readonly #errors: FileErrorLog;
  readonly #unfinished: UnfinishedFile[] = [];
  /** How many bytes of the batch's lines have been begun. */
  next: number;
  /** Whether other flows use all connections of the partner. */
  isPartnerBusy = false;

  /** @param next where this invocation begins in the batch, in bytes. */
  constructor(options: BatchWorkerOptions, next: number) {
    const folder = runFolder(options.scope.run);
    const name = batchRoundName(options.at);
    this.#options = options;
    this.#outcomes = new SharedLinesWriter(options.runs, `${folder}${documentNames.outcomes}${name}.jsonl`);
    this.#slowFiles = new SharedLinesWriter(
      options.runs,
      `${folder}${documentNames.bigFiles}late-${name}.jsonl`,
    );
    this.#errors = new FileErrorLog(options.log);
    this.next = next;
  }

  /** Files that were begun and are left for the next invocation. */
  get unfinished(): readonly UnfinishedFile[] {
    return this.#unfinished;
  }

  get failedCount(): number {
    return this.#errors.count;
  }

  /**
   * Transfers one file and keeps its result.
   * @throws FtpsError, StorageError, FencedError that concern more than this file.
   */
  async transfer(line: BatchLine): Promise<void> {
    const { scope, transfer } = this.#options;
    this.next = Math.max(this.next, line.next ?? 0);
    await this.#keep(line, await tryFile(line.action, scope, transfer));
  }

  /** Publishes the outcomes. @throws StorageError */
  async commit(): Promise<void> {
    await this.#outcomes.commit();
  }

  /**
   * Publishes the files that BigFiles takes over. They are among the unfinished files of the previous
   * invocation, so that a repeated invocation overwrites the document with the same files.
   * @throws StorageError
   */
  async commitSlowFiles(): Promise<void> {
    await this.#slowFiles.commit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#outcomes[Symbol.asyncDispose]();
    await this.#slowFiles[Symbol.asyncDispose]();
  }

  async #keep({ action, tries }: BatchLine, result: FileResult): Promise<void> {
    switch (result.kind) {
      case 'ended':
        this.#options.onTried(1);
        return this.#report(result.outcome, result.seconds);
      case 'partner-busy':
        this.isPartnerBusy = true;
        this.#unfinished.push({ action, tries });
        return;
      case 'interrupted':
        if (result.while === 'transferring') return this.#keepInterrupted({ action, tries });
        this.#unfinished.push({ action, tries });
        return;
    }
    return result satisfies never;
  }

  async #keepInterrupted({ action, tries }: UnfinishedFile): Promise<void> {
    const { scope, transfer, onTried } = this.#options;
    onTried(0);
    // It had an invocation to itself. In slices it resumes where it stopped; here it would begin again.
    if (tries > 0 && (action.file.sizeBytes ?? 0) >= minSliceBytes) return this.#slowFiles.add(action);
    if (tries + 1 >= maxInvocationsPerFile)
      return this.#report(await recordFailed(action, deadlineExceeded, scope, transfer), undefined);
    this.#unfinished.push({ action, tries: tries + 1 });
  }

  async #report(outcome: Outcome, seconds: number | undefined): Promise<void> {
    if (outcome.kind === 'failed') this.#errors.add(outcome);
    const at = this.#options.transfer.now().toISOString();
    await this.#outcomes.add({ ...outcome, at, seconds });
  }
}
