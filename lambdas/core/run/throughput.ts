/** A transferred file: when its transfer ended, and how long it took; undefined if not measured. */
export interface Arrival {
  readonly endMs: number;
  readonly seconds: number | undefined;
  readonly bytes: number;
}

interface Span {
  files: number;
  bytes: number;
}

/** The maximum number of spans: what a narrow screen can show. */
const maxSpans = 60;

/**
 * The lengths of spans in seconds, round numbers that are easy to read; longer runs have spans of whole days.
 */
const niceSeconds = [
  ...[0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
  ...[60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400],
];

/**
 * The throughput of a run over time, in equal spans from its start to its end. Memory does not depend on the
 * number of files.
 */
export class Throughput {
  readonly secondsPerSpan: number;
  readonly #startMs: number;
  readonly #spans: Span[];

  constructor({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }) {
    const seconds = Math.max(0, endMs - startMs) / 1000;
    const days = Math.ceil(seconds / maxSpans / 86_400) * 86_400;
    this.secondsPerSpan = niceSeconds.find((each) => seconds <= each * maxSpans) ?? days;
    this.#startMs = startMs;
    const count = Math.max(1, Math.ceil(seconds / this.secondsPerSpan));
    this.#spans = Array.from({ length: count }, () => ({ files: 0, bytes: 0 }));
  }

  /**
   * Counts the file in the span in which it ended, and spreads its bytes evenly over the time that it took.
   */
  add({ endMs, seconds = 0, bytes }: Arrival): void {
    const end = this.#position(endMs);
    const begin = Math.min(end, this.#position(endMs - seconds * 1000));
    const last = this.#indexOf(end);
    const arrivedIn = this.#spans[last];
    if (arrivedIn !== undefined) arrivedIn.files += 1;
    for (let index = this.#indexOf(begin); index <= last; index++) {
      const span = this.#spans[index];
      const overlap = Math.min(end, index + 1) - Math.max(begin, index);
      const share = end > begin ? overlap / (end - begin) : 1;
      if (span !== undefined) span.bytes += bytes * share;
    }
  }

  get spans(): readonly Readonly<Span>[] {
    return this.#spans;
  }

  /** The position in spans since the start of the run. */
  #position(ms: number): number {
    const position = (ms - this.#startMs) / 1000 / this.secondsPerSpan;
    return Math.min(this.#spans.length, Math.max(0, position));
  }

  #indexOf(place: number): number {
    return Math.min(this.#spans.length - 1, Math.floor(place));
  }
}
