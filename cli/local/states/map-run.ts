import type { Execution, Machine, NewExecution } from './execution.ts';
import { redriveRefusal } from './execution.ts';
import { StatesError } from './states-error.ts';

/** One execution of a Map run: of an item, or of a batch of them. */
export interface MapChild {
  readonly name: string;
  /** JSON text. */
  readonly input: string;
  readonly items: number;
  /** Undefined as long as it waits for its turn. */
  readonly execution: Execution | undefined;
}

/** How much may fail before the run does: the lesser of the two, both counted in items. */
export interface ToleratedFailures {
  readonly count: number | undefined;
  readonly percentage: number | undefined;
}

export interface MapRunOptions {
  readonly arn: string;
  /** The child workflow. */
  readonly machine: Machine;
  readonly children: readonly Omit<MapChild, 'execution'>[];
  readonly maxConcurrency: number;
  readonly tolerated: ToleratedFailures;
}

interface Advance {
  readonly beginChild: (child: NewExecution) => Execution;
  /** Of the execution that the Map belongs to: its end is that of the children. */
  readonly signal: AbortSignal;
}

const thresholdError = 'States.ExceedToleratedFailureThreshold';

/**
 * The executions that a Map starts, so many at once
 * (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-examine-map-run.html).
 */
export class MapRun {
  readonly #options: MapRunOptions;
  readonly #executions = new Map<string, Execution>();
  readonly #allItems: number;
  #failedItems = 0;
  #redriveCount = 0;

  constructor(options: MapRunOptions) {
    this.#options = options;
    this.#allItems = options.children.reduce((sum, { items }) => sum + items, 0);
  }

  get arn(): string {
    return this.#options.arn;
  }

  get machine(): Machine {
    return this.#options.machine;
  }

  get children(): readonly MapChild[] {
    return this.#options.children.map((child) => ({ ...child, execution: this.#executions.get(child.name) }));
  }

  get redriveCount(): number {
    return this.#redriveCount;
  }

  countRedrive(): void {
    this.#redriveCount += 1;
  }

  /**
   * Runs every child that has not succeeded: what waits is started, what has failed before is redriven. No child runs any more
   * when this ends, however it does.
   * @throws StatesError States.ExceedToleratedFailureThreshold; the signal's reason where that ends it.
   */
  async advance({ beginChild, signal }: Advance): Promise<void> {
    this.#failedItems = 0;
    const stop = () => this.#stopAll('MapRunAborted', 'The execution that started the Map run has ended.');
    signal.addEventListener('abort', stop, { once: true });
    const rest = this.children.filter(({ execution }) => execution?.state().status !== 'SUCCEEDED');
    const waiting = rest.values();
    const workers = Array.from({ length: Math.min(this.#options.maxConcurrency, rest.length) }, () =>
      this.#work(waiting, { beginChild, signal }),
    );
    await Promise.all(workers);
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    if (this.#isThresholdExceeded()) {
      throw new StatesError(thresholdError, 'The specified tolerated failure threshold was exceeded');
    }
  }

  async #work(waiting: Iterable<MapChild>, { beginChild, signal }: Advance): Promise<void> {
    for (const child of waiting) {
      if (signal.aborted || this.#isThresholdExceeded()) return;
      const execution = this.#started(child, beginChild);
      await execution.ended;
      const { status } = execution.state();
      if (status === 'FAILED' || status === 'TIMED_OUT') this.#failedItems += child.items;
      if (this.#isThresholdExceeded())
        this.#stopAll('MapRunFailed', 'Too many items of the Map have failed.');
    }
  }

  #started({ name, input, execution }: MapChild, beginChild: Advance['beginChild']): Execution {
    if (execution !== undefined) {
      if (redriveRefusal(execution) === undefined) execution.redrive();
      return execution;
    }
    const { machine, arn } = this.#options;
    const begun = beginChild({ machine, name, input, mapRunArn: arn });
    this.#executions.set(name, begun);
    return begun;
  }

  #isThresholdExceeded(): boolean {
    const { count, percentage } = this.#options.tolerated;
    if (count === undefined && percentage === undefined) return this.#failedItems > 0;
    return (
      this.#failedItems > (count ?? Number.POSITIVE_INFINITY) ||
      (this.#failedItems * 100) / this.#allItems > (percentage ?? 100)
    );
  }

  #stopAll(error: string, cause: string): void {
    for (const execution of this.#executions.values()) execution.stop(error, cause);
  }
}
