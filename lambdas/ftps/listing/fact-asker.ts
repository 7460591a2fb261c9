import type { ListingLine } from '../../core/listing/listing.ts';
import type { RemotePath } from '../../core/path/remote-path.ts';
import { FtpsError } from '../ftps-error.ts';
import type { Pool } from '../session/pool.ts';
import { MissingFacts } from './missing-facts.ts';

/** Files that wait at once, in all directories of a walk: some 15 MB. */
const maxWaitingFiles = 50_000;

/** A session that is gone is replaced once: some servers lose one that asks for much at a time. */
const maxAsks = 2;

/** How many lines are passed on at once. */
const linesPerBatch = 1000;

export interface FactAskerOptions {
  readonly pool: Pool;
  /** Undefined: no file is asked for. */
  readonly isAskedFor: ((path: RemotePath) => boolean) | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Keeps back the files of a walk whose listing leaves out a time or a size, until their directory has ended,
 * and asks for them then. The number that waits is limited, so that memory is.
 */
export class FactAsker {
  readonly #options: FactAskerOptions;
  #waiting = 0;

  constructor(options: FactAskerOptions) {
    this.#options = options;
  }

  /** Moves the lines that have to be asked for to `missing`. @returns the others. */
  keepBack(lines: readonly ListingLine[], missing: MissingFacts): readonly ListingLine[] {
    const { isAskedFor } = this.#options;
    if (isAskedFor === undefined) return lines;
    return lines.filter((line) => {
      if (line.kind !== 'file' || !MissingFacts.concern(line.file)) return true;
      if (this.#waiting >= maxWaitingFiles || !isAskedFor(line.file.path)) return true;
      this.#waiting += 1;
      missing.add(line.file);
      return false;
    });
  }

  /**
   * Asks, and passes the files on. What stays unknown fails no listing.
   * @throws the signal's reason, and what `add` throws.
   */
  async passOn(
    missing: MissingFacts,
    add: (lines: readonly ListingLine[]) => Promise<void> | undefined,
  ): Promise<void> {
    const { pool, signal } = this.#options;
    for (let asks = 0; asks < maxAsks && missing.isOpen; asks++) {
      try {
        await pool.use((session) => missing.ask(session, signal));
      } catch (error) {
        if (!(error instanceof FtpsError) || signal?.aborted === true) throw error;
      }
    }
    for (let start = 0; start < missing.files.length; start += linesPerBatch) {
      const batch = missing.files.slice(start, start + linesPerBatch);
      await add(batch.map((file) => ({ kind: 'file', file })));
    }
  }

  /** Call it once for each `missing`, whatever became of it. */
  release(missing: MissingFacts): void {
    this.#waiting -= missing.files.length;
  }
}
