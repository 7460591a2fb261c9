import type { FunctionChild } from './function-child.ts';

/** A child with the token by which it calls the Runtime API. */
export interface TokenChild {
  readonly functionName: string;
  readonly token: string;
  readonly child: FunctionChild;
}

export interface IdleChildrenOptions {
  readonly maxCount: number;
  readonly maxIdleMs: number;
  /** Called for a child that is no longer kept. */
  readonly onDropped: (dropped: TokenChild) => void;
}

/**
 * The children that wait for their next invocation, of all functions. Beyond the number to keep, the function
 * with the most of them loses the one that has been idle longest. Many runs call one step after the other in
 * lockstep; if the longest idle child of all were dropped, it would be that of the step which is called next.
 */
export class IdleChildren {
  readonly #options: IdleChildrenOptions;
  /** In the order in which they became idle. */
  readonly #timers = new Map<TokenChild, NodeJS.Timeout>();

  constructor(options: IdleChildrenOptions) {
    this.#options = options;
  }

  /** The child of the function that was used last, because it is the likeliest to be in memory. */
  take(functionName: string): TokenChild | undefined {
    for (const idle of [...this.#timers.keys()].reverse()) {
      if (idle.functionName !== functionName) continue;
      this.#remove(idle);
      if (idle.child.isAlive) return idle;
      this.#options.onDropped(idle);
    }
    return undefined;
  }

  add(idle: TokenChild): void {
    const { maxCount, maxIdleMs } = this.#options;
    this.#timers.set(idle, setTimeout(() => this.#drop(idle), maxIdleMs).unref());
    if (this.#timers.size > maxCount) this.#drop(this.#mostDispensable(idle));
  }

  #mostDispensable(added: TokenChild): TokenChild {
    // By time idle, so that of two functions with as many the one that was called last keeps them.
    const byFunction = Map.groupBy(this.#timers.keys(), ({ functionName }) => functionName);
    const most = [...byFunction.values()].reduce((one, other) => (other.length > one.length ? other : one));
    return most[0] ?? added;
  }

  /** Forgets all children without dropping them. */
  clear(): void {
    for (const idle of this.#timers.keys()) this.#remove(idle);
  }

  #drop(idle: TokenChild): void {
    this.#remove(idle);
    this.#options.onDropped(idle);
  }

  #remove(idle: TokenChild): void {
    clearTimeout(this.#timers.get(idle));
    this.#timers.delete(idle);
  }
}
