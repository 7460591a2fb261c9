/** A file that arrived: when it was there, and how long it took; undefined where nobody measured. */
export interface Arrival {
  readonly endMs: number;
  readonly seconds: number | undefined;
  readonly bytes: number;
}

interface Span {
  files: number;
  bytes: number;
}

/** As many as a narrow screen can show side by side. */
const mostSpans = 60;

/** Spans that people read easily, in seconds; a longer run has whole days. */
const niceSeconds = [
  ...[0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
  ...[60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400],
];

/** What arrived when, in equal spans of time from the run's beginning to its end, whatever the number of files. */
export class Throughput {
  readonly secondsPerSpan: number;
  readonly #startMs: number;
  readonly #spans: Span[];

  constructor({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }) {
    const seconds = Math.max(0, endMs - startMs) / 1000;
    const days = Math.ceil(seconds / mostSpans / 86_400) * 86_400;
    this.secondsPerSpan = niceSeconds.find((each) => seconds <= each * mostSpans) ?? days;
    this.#startMs = startMs;
    const count = Math.max(1, Math.ceil(seconds / this.secondsPerSpan));
    this.#spans = Array.from({ length: count }, () => ({ files: 0, bytes: 0 }));
  }

  /** The file counts where it ended; its bytes are spread evenly over the time that it took. */
  add({ endMs, seconds = 0, bytes }: Arrival): void {
    const end = this.#place(endMs);
    const begin = Math.min(end, this.#place(endMs - seconds * 1000));
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

  /** In spans from the run's beginning. */
  #place(ms: number): number {
    const place = (ms - this.#startMs) / 1000 / this.secondsPerSpan;
    return Math.min(this.#spans.length, Math.max(0, place));
  }

  #indexOf(place: number): number {
    return Math.min(this.#spans.length - 1, Math.floor(place));
  }
}
