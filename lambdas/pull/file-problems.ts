import type { StepLog } from '../runtime/log.ts';

/** Lines that one invocation writes of single files: a partner that refuses a million files must not fill the log. */
const mostLines = 50;

export interface FileProblemLine {
  readonly path: string;
  readonly fault: string;
  readonly message: string;
}

/** A line for each file that failed, up to a number; how many failed stands in the line of the invocation. */
export class FileProblems {
  readonly #log: StepLog;
  #count = 0;

  constructor(log: StepLog) {
    this.#log = log;
  }

  get count(): number {
    return this.#count;
  }

  add({ path, fault, message }: FileProblemLine): void {
    this.#count += 1;
    if (this.#count <= mostLines) this.#log.warn(message, { path, fault });
    if (this.#count === mostLines + 1) {
      this.#log.warn(
        `More files failed than ${mostLines}: the run's report counts them, and its outcomes have all.`,
      );
    }
  }
}
