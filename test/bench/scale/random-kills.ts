/** Kills workers at random moments. Between two kills a new worker has time to start. */
export class RandomKills {
  done = 0;
  readonly #wanted: number;
  readonly #kill: () => boolean;
  #timer: NodeJS.Timeout | undefined;

  /** @param kill returns false when no worker is running. */
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

/** A new worker needs time to start, to log in, and to make progress beyond the last kill. */
const leastMs = 2_000;
const spreadMs = 3_000;
