import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a reader at the partner found under a name that it did not expect so. */
export interface PartialSight {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface Watched {
  /** How often a final name was read. */
  readonly reads: number;
  /** Files under a final name with other bytes than the final ones. */
  readonly partial: readonly PartialSight[];
}

/** Between two looks at everything: whoever is watched shares the processor with the watcher. */
const pauseMs = 100;

/** Lists the directory of a partner and reads its files, as the partner's own programs do. */
export type ReadTarget = () => AsyncIterable<{ readonly path: string; readonly content: Buffer }>;

/**
 * Reads every file under a final name again and again until it is stopped, and compares it with what it has to be. A file whose
 * final hash was seen is read on, since it could still be spoilt. Staging names are anybody's guess and not read.
 * @param expected SHA-256 by path; @param read what is there now.
 */
export class TargetWatcher {
  readonly #expected: ReadonlyMap<string, string>;
  readonly #read: ReadTarget;
  readonly #partial: PartialSight[] = [];
  #reads = 0;
  #isOver = false;
  readonly #watching: Promise<void>;

  constructor(expected: ReadonlyMap<string, string>, read: ReadTarget) {
    this.#expected = expected;
    this.#read = read;
    this.#watching = this.#watch();
  }

  /** What was seen, when the last look is over. */
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

/** Reads the files of a folder on disk, by their paths below it with a slash before them. */
export function folderReader(folder: string): ReadTarget {
  return async function* read() {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const content = contentOf(join(folder, name));
      if (content !== undefined) yield { path: `/${name}`, content };
      // The test's own server and stack want their turn between two files.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
}

function contentOf(file: string): Buffer | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file) : undefined;
  } catch {
    // A staging file that has just got its final name.
    return undefined;
  }
}
