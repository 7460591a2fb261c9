import { StatesError } from '../data/states-error.ts';
import type { Execution, Machine, NewExecution } from './execution.ts';
import { redriveRefusal } from './execution.ts';

/** One execution of a Map run: for one item, or for a batch. */
export interface MapChild {
  readonly name: string;
  /** JSON text. */
  readonly input: string;
  readonly items: number;
  /** Undefined until it starts. */
  readonly execution: Execution | undefined;
}

/** How many items may fail before the run fails: whichever limit is reached first. */
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

interface ChildRunner {
  readonly startChild: (child: NewExecution) => Execution;
  /** Of the execution that contains the Map: when it ends, the children end too. */
  readonly signal: AbortSignal;
}

const thresholdError = 'States.ExceedToleratedFailureThreshold';

/**
 * The executions that a Map starts, with a concurrency limit
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
   * Runs every child that has not succeeded: starts those that have not started, and redrives those that
   * failed. When this settles, no child is running.
   * @throws StatesError States.ExceedToleratedFailureThreshold, or the reason of the signal when it is
   * aborted.
   */
  async runRemaining({ startChild, signal }: ChildRunner): Promise<void> {
    this.#failedItems = 0;
    const stop = () => this.#stopAll('MapRunAborted', 'The execution that started the Map run has ended.');
    signal.addEventListener('abort', stop, { once: true });
    const remaining = this.children.filter(({ execution }) => execution?.state().status !== 'SUCCEEDED');
    const waiting = remaining.values();
    const workers = Array.from({ length: Math.min(this.#options.maxConcurrency, remaining.length) }, () =>
      this.#runWorker(waiting, { startChild, signal }),
    );
    await Promise.all(workers);
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    if (this.#isThresholdExceeded()) {
      throw new StatesError(thresholdError, 'The specified tolerated failure threshold was exceeded');
    }
  }

  async #runWorker(waiting: Iterable<MapChild>, { startChild, signal }: ChildRunner): Promise<void> {
    for (const child of waiting) {
      if (signal.aborted || this.#isThresholdExceeded()) return;
      const execution = this.#startOrRedrive(child, startChild);
      await execution.ended;
      const { status } = execution.state();
      if (status === 'FAILED' || status === 'TIMED_OUT') this.#failedItems += child.items;
      if (this.#isThresholdExceeded())
        this.#stopAll('MapRunFailed', 'Too many items of the Map have failed.');
    }
  }

  #startOrRedrive({ name, input, execution }: MapChild, startChild: ChildRunner['startChild']): Execution {
    if (execution !== undefined) {
      if (redriveRefusal(execution) === undefined) execution.redrive();
      return execution;
    }
    const { machine, arn } = this.#options;
    const started = startChild({ machine, name, input, mapRunArn: arn });
    this.#executions.set(name, started);
    return started;
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
