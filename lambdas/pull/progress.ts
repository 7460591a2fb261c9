import type { Run } from '../contract/workflow.ts';
import { type Progress, recordProgress } from '../ledger/run-record.ts';
import type { Table } from '../ledger/table.ts';

/** As often as a person at a terminal can use it, and cheap: a few writes a minute of work. */
const intervalMs = 1000;

/** Tells the run record how far a step has come, at most once a second. */
export class ProgressReporter {
  readonly #table: Table;
  readonly #run: Run;
  #latest: Progress;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(table: Table, run: Run, start: Progress) {
    this.#table = table;
    this.#run = run;
    this.#latest = start;
    this.#write();
  }

  add(done: { readonly files?: number; readonly bytes?: number }): void {
    const { files, bytes } = this.#latest;
    this.#latest = { ...this.#latest, files: files + (done.files ?? 0), bytes: bytes + (done.bytes ?? 0) };
    this.#timer ??= setTimeout(() => this.#write(), intervalMs);
  }

  /** Writes what has not been written yet. */
  async end(): Promise<void> {
    if (this.#timer !== undefined) this.#write();
    await this.#writing;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const progress = this.#latest;
    // Progress is for eyes: a write that fails must not fail the transfer that it tells of.
    this.#writing = this.#writing
      .then(() => recordProgress(this.#table, this.#run, progress))
      .catch(() => undefined);
  }
}
