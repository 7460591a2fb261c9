import type { Run } from '../contract/workflow.ts';
import { addProgress, type Progress, recordProgress } from '../ledger/run-record.ts';
import type { Table } from '../ledger/table.ts';

/** As often as a person at a terminal can use it, and cheap: a few writes a minute of work. */
const intervalMs = 1000;

/** Of one worker among many, so that all of them together do not write more often than is of use. */
const sharedIntervalMs = 5000;

type Moved = Pick<Progress, 'files' | 'bytes'>;

/** Tells the run record how far a step has come, at most once a second. */
export class ProgressReporter {
  readonly #write: PacedWrite;
  #latest: Progress;

  constructor(table: Table, run: Run, start: Progress) {
    this.#latest = start;
    this.#write = new PacedWrite(intervalMs, () => recordProgress(table, run, this.#latest));
    this.#write.now();
  }

  add(done: Partial<Moved>): void {
    const { files, bytes } = this.#latest;
    this.#latest = { ...this.#latest, files: files + (done.files ?? 0), bytes: bytes + (done.bytes ?? 0) };
    this.#write.soon();
  }

  /** Writes what has not been written yet. */
  end(): Promise<void> {
    return this.#write.end();
  }
}

/** Adds to the run record what one worker has moved, while others may add theirs. */
export class SharedProgress {
  readonly #write: PacedWrite;
  #unwritten: Moved = { files: 0, bytes: 0 };

  /** @param workers whether it is the only one, or one of many that write to the same record. */
  constructor(table: Table, run: Run, workers: 'one' | 'many') {
    this.#write = new PacedWrite(workers === 'one' ? intervalMs : sharedIntervalMs, async () => {
      const moved = this.#unwritten;
      this.#unwritten = { files: 0, bytes: 0 };
      await addProgress(table, run, moved);
    });
  }

  add(done: Partial<Moved>): void {
    const { files, bytes } = this.#unwritten;
    this.#unwritten = { files: files + (done.files ?? 0), bytes: bytes + (done.bytes ?? 0) };
    this.#write.soon();
  }

  /** Writes what has not been written yet. */
  end(): Promise<void> {
    return this.#write.end();
  }
}

/** Writes now and then, one write after the other. */
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
    // Progress is for eyes: a write that fails must not fail the transfer that it tells of.
    this.#writing = this.#writing.then(this.#write).catch(() => undefined);
  }

  async end(): Promise<void> {
    if (this.#timer !== undefined) this.now();
    await this.#writing;
  }
}
