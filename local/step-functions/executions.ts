import { randomUUID } from 'node:crypto';
import {
  type Execution,
  type ExecutionDependencies,
  executionArn,
  type Machine,
} from './execution/execution.ts';
import { startExecution } from './run-execution.ts';

/**
 * How many ended executions are kept, and how many children of Maps: without a limit a stack would leak
 * memory.
 */
const maxEnded = 1_000;

/**
 * The executions of this stack, in memory: after a restart none of them exists, as in the service after 90
 * days.
 */
export class Executions {
  readonly #byArn = new Map<string, Execution>();
  readonly #dependencies: ExecutionDependencies;

  constructor(dependencies: Omit<ExecutionDependencies, 'onChild'>) {
    this.#dependencies = { ...dependencies, onChild: (child) => this.#remember(child) };
  }

  /**
   * Starts an execution. While an execution with the same name and input runs, returns that one. Undefined
   * when another execution has the name: ExecutionAlreadyExists in the service.
   * @param input JSON text.
   */
  start(machine: Machine, input: string, name: string = randomUUID()): Execution | undefined {
    const earlier = this.#byArn.get(executionArn(machine, name));
    if (earlier !== undefined) {
      return earlier.state().status === 'RUNNING' && earlier.input === input ? earlier : undefined;
    }
    const execution = startExecution({ machine, name, input }, this.#dependencies);
    this.#remember(execution);
    return execution;
  }

  find(arn: string): Execution | undefined {
    return this.#byArn.get(arn);
  }

  /** Newest first. */
  listByMachine(machineArn: string): readonly Execution[] {
    return [...this.#byArn.values()].filter((each) => each.machine.arn === machineArn).reverse();
  }

  /** The children of a Map run, newest first. */
  listByMapRun(mapRunArn: string): readonly Execution[] {
    return [...this.#byArn.values()].filter((each) => each.mapRunArn === mapRunArn).reverse();
  }

  /** Ends every running execution as ABORTED and waits until they have ended. */
  async stopAll(cause: string): Promise<void> {
    const all = [...this.#byArn.values()];
    for (const execution of all) execution.stop('LocalStackClosed', cause);
    await Promise.all(all.map((execution) => execution.ended));
  }

  #remember(execution: Execution): void {
    this.#byArn.set(execution.arn, execution);
    void execution.ended.then(() => this.#forgetOldest());
  }

  #forgetOldest(): void {
    const ended = [...this.#byArn.values()].filter((each) => each.state().status !== 'RUNNING');
    const [started, children] = [
      ended.filter(({ mapRunArn }) => mapRunArn === undefined),
      ended.filter(({ mapRunArn }) => mapRunArn !== undefined),
    ];
    for (const each of [started, children]) {
      for (const { arn } of each.slice(0, Math.max(0, each.length - maxEnded))) this.#byArn.delete(arn);
    }
  }
}
