import { setTimeout as sleep } from 'node:timers/promises';
import { textTable } from '../../../cli/text/text-table.ts';

/** What is counted, by the name of its column. */
export type Counts = Readonly<Record<string, number>>;

/** Counts once a second, until it is stopped. */
export class Timeline {
  readonly #count: () => Promise<Counts>;
  readonly #startMs = performance.now();
  readonly #moments: { readonly seconds: number; readonly counts: Counts }[] = [];
  readonly #stopped = new AbortController();
  readonly #counting: Promise<void>;

  constructor(count: () => Promise<Counts>) {
    this.#count = count;
    this.#counting = this.#run();
  }

  get seconds(): number {
    return (performance.now() - this.#startMs) / 1000;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#counting;
    await this.#take();
  }

  /** The most that a column has counted, and when. */
  peak(column: string): { readonly count: number; readonly seconds: number } {
    const most = Math.max(...this.#moments.map(({ counts }) => counts[column] ?? 0));
    const moment = this.#moments.find(({ counts }) => counts[column] === most);
    return { count: most, seconds: moment?.seconds ?? 0 };
  }

  /** The counts of all moments together: how long how many have waited. */
  total(column: string): number {
    return this.#moments.reduce((sum, { counts }) => sum + (counts[column] ?? 0), 0);
  }

  /** About `rows` of its moments, evenly spread, as a table. */
  table(rows = 20): string {
    const columns = Object.keys(this.#moments[0]?.counts ?? {});
    const step = Math.max(1, Math.ceil(this.#moments.length / rows));
    const shown = this.#moments.filter(
      (_, index) => index % step === 0 || index === this.#moments.length - 1,
    );
    const lines = shown.map(({ seconds, counts }) => [
      seconds.toFixed(0),
      ...columns.map((column) => String(counts[column] ?? 0)),
    ]);
    return textTable(['SECOND', ...columns.map((column) => column.toUpperCase())], lines);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await this.#take();
      await sleep(1000, undefined, { signal }).catch(() => {
        // Stopped while it waits.
      });
    }
  }

  async #take(): Promise<void> {
    const counts = await this.#count();
    this.#moments.push({ seconds: this.seconds, counts });
  }
}
