import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A file with unexpected content under a final name. */
export interface PartialFile {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface Watched {
  /** How often final names were read. */
  readonly reads: number;
  /** Files under a final name with other content than expected. */
  readonly partial: readonly PartialFile[];
}

/** Between two rounds, because the watched processes share the CPU with the watcher. */
const pauseMs = 100;

/** Lists the directory of a partner and reads its files, like the partner's own programs do. */
export type ReadTarget = () => AsyncIterable<{ readonly path: string; readonly content: Buffer }>;

/**
 * Reads every file with a final name repeatedly until it is stopped, and compares it with its expected
 * content. It also keeps reading complete files, which could still be damaged. It ignores staging names.
 */
export class TargetWatcher {
  readonly #expected: ReadonlyMap<string, string>;
  readonly #read: ReadTarget;
  readonly #partial: PartialFile[] = [];
  #reads = 0;
  #isOver = false;
  readonly #watching: Promise<void>;

  constructor(expected: ReadonlyMap<string, string>, read: ReadTarget) {
    this.#expected = expected;
    this.#read = read;
    this.#watching = this.#watch();
  }

  /** Waits for the last round. */
  async stop(): Promise<Watched> {
    this.#isOver = true;
    await this.#watching;
    return { reads: this.#reads, partial: this.#partial };
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      for await (const { path, content } of this.#read()) {
        const sha256 = this.#expected.get(path);
        if (sha256 === undefined) continue;
        this.#reads += 1;
        if (createHash('sha256').update(content).digest('hex') !== sha256) {
          this.#partial.push({ path, sizeBytes: content.length });
        }
      }
      await sleep(pauseMs);
    }
  }
}

/** Reads the files of a folder on disk. Their paths are relative to it, with a leading slash. */
export function folderReader(folder: string): ReadTarget {
  return async function* read() {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const content = tryRead(join(folder, name));
      if (content !== undefined) yield { path: `/${name}`, content };
      // Lets the server and the stack of this process run between two files.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
}

function tryRead(file: string): Buffer | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file) : undefined;
  } catch {
    // A staging file that has just been renamed.
    return undefined;
  }
}
