import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** At this size a log is renamed to `.1`, the only older log that is kept. */
const maxLogBytes = 5 * 1024 * 1024;

/** The output of one function, in `<name>.log` in the logs folder. */
export class FunctionLog {
  readonly path: string;
  #file: number;
  #sizeBytes: number;

  constructor(logsFolder: string, functionName: string) {
    this.path = join(logsFolder, `${functionName}.log`);
    this.#file = openSync(this.path, 'a', 0o600);
    this.#sizeBytes = fstatSync(this.#file).size;
  }

  /** Appends the text. It is in the file even if this program is killed next. */
  write(text: string): void {
    if (this.#sizeBytes > maxLogBytes) this.#rotate();
    this.#sizeBytes += writeSync(this.#file, text);
  }

  close(): void {
    closeSync(this.#file);
  }

  #rotate(): void {
    closeSync(this.#file);
    renameSync(this.path, `${this.path}.1`);
    this.#file = openSync(this.path, 'a', 0o600);
    this.#sizeBytes = 0;
  }
}
