/** Kills so many times, at random moments, and never again before the one who was killed may have come back. */
export class RandomKills {
  done = 0;
  readonly #wanted: number;
  readonly #kill: () => boolean;
  #timer: NodeJS.Timeout | undefined;

  /** @param kill false where nobody is at work. */
  constructor(wanted: number, kill: () => boolean) {
    this.#wanted = wanted;
    this.#kill = kill;
    this.#next();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #next(): void {
    if (this.done >= this.#wanted) return;
    this.#timer = setTimeout(
      () => {
        if (this.#kill()) this.done += 1;
        this.#next();
      },
      leastMs + Math.random() * spreadMs,
    );
  }
}

/** A worker needs a moment to start, to log in, and to bring more than what was on its way when it was killed. */
const leastMs = 2_000;
const spreadMs = 3_000;
