import { randomUUID } from 'node:crypto';
import { progressIntervalMs } from '../contract/request-rates.ts';
import type { Run } from '../contract/workflow.ts';
import {
  addProgress,
  endAdditions,
  type Progress,
  type ProgressAddition,
  recordProgress,
} from '../ledger/runs/run-record.ts';
import type { Table } from '../ledger/table.ts';

/** Between two writes of one of many workers, so that all of them together do not write much more often. */
const sharedIntervalMs = 5000;

type Transferred = Pick<Progress, 'files' | 'bytes'>;

/** Writes the progress of a step to the run record, at most once a second. */
export class ProgressReporter {
  readonly #write: PacedWrite;
  #latest: Progress;

  constructor(table: Table, run: Run, start: Progress) {
    this.#latest = start;
    this.#write = new PacedWrite(progressIntervalMs, () => recordProgress(table, run, this.#latest));
    this.#write.now();
  }

  add(done: Partial<Transferred>): void {
    const { files, bytes } = this.#latest;
    this.#latest = { ...this.#latest, files: files + (done.files ?? 0), bytes: bytes + (done.bytes ?? 0) };
    this.#write.soon();
  }

  /** Writes the rest, and waits until it is written. */
  end(): Promise<void> {
    return this.#write.end();
  }
}

/** Adds what one worker transferred to the run record, where other workers may add theirs. */
export class SharedProgress {
  readonly #table: Table;
  readonly #run: Run;
  readonly #workers: 'one' | 'many';
  readonly #write: PacedWrite;
  readonly #writer = randomUUID().replaceAll('-', '');
  #unwritten: Transferred = { files: 0, bytes: 0 };
  /** The addition that is being written, or that failed: it may have been performed, and is not changed. */
  #addition: ProgressAddition | undefined;
  #additions = 0;

  /** @param workers whether one or many workers write to the record. */
  constructor(table: Table, run: Run, workers: 'one' | 'many') {
    this.#table = table;
    this.#run = run;
    this.#workers = workers;
    const intervalMs = workers === 'one' ? progressIntervalMs : sharedIntervalMs;
    this.#write = new PacedWrite(intervalMs, () => this.#writeAdditions());
  }

  add(done: Partial<Transferred>): void {
    const { files, bytes } = this.#unwritten;
    this.#unwritten = { files: files + (done.files ?? 0), bytes: bytes + (done.bytes ?? 0) };
    this.#write.soon();
  }

  /** Writes the rest, and waits until it is written. */
  async end(): Promise<void> {
    await this.#write.end();
    if (this.#additions === 0 || this.#workers === 'one') return;
    await endAdditions(this.#table, this.#run, this.#writer).catch(() => {
      // It stays until the record of the run expires.
    });
  }

  /** What failed to be written before comes first. What is added meanwhile waits for the next write. */
  async #writeAdditions(): Promise<void> {
    if (this.#addition !== undefined) await this.#send(this.#addition);
    const { files, bytes } = this.#unwritten;
    if (files === 0 && bytes === 0) return;
    this.#unwritten = { files: 0, bytes: 0 };
    this.#additions += 1;
    await this.#send({ files, bytes, writer: this.#writer, number: this.#additions });
  }

  async #send(addition: ProgressAddition): Promise<void> {
    this.#addition = addition;
    await addProgress(this.#table, this.#run, addition);
    this.#addition = undefined;
  }
}

/** Paces writes, and never begins one before the last one has ended. */
class PacedWrite {
  readonly #everyMs: number;
  readonly #write: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(everyMs: number, write: () => Promise<void>) {
    this.#everyMs = everyMs;
    this.#write = write;
  }

  soon(): void {
    this.#timer ??= setTimeout(() => this.now(), this.#everyMs);
  }

  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Progress is only shown to people: a failed write must not fail the transfer.
    this.#writing = this.#writing.then(this.#write).catch(() => undefined);
  }

  async end(): Promise<void> {
    if (this.#timer !== undefined) this.now();
    await this.#writing;
  }
}
