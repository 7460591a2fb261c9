import { randomUUID } from 'node:crypto';
import { type Execution, type ExecutionWorld, executionArn, type Machine } from './execution.ts';
import { beginExecution } from './run-execution.ts';

/**
 * How many executions that have ended are remembered, and how many children of Maps: enough to look back, and no leak in a stack
 * that stays up.
 */
const maxEnded = 1_000;

/** Every execution of this stack. They live and die with it: after a restart none of them exists, as after 90 days in the service. */
export class Executions {
  readonly #byArn = new Map<string, Execution>();
  readonly #world: ExecutionWorld;

  constructor(world: Omit<ExecutionWorld, 'onChild'>) {
    this.#world = { ...world, onChild: (child) => this.#keep(child) };
  }

  /**
   * Starts an execution; the same name with the same input while it runs gives the running one back.
   * Undefined where the name is taken by another one: the service's ExecutionAlreadyExists.
   * @param input JSON text.
   */
  start(machine: Machine, input: string, name: string = randomUUID()): Execution | undefined {
    const earlier = this.#byArn.get(executionArn(machine, name));
    if (earlier !== undefined) {
      return earlier.state().status === 'RUNNING' && earlier.input === input ? earlier : undefined;
    }
    const execution = beginExecution({ machine, name, input }, this.#world);
    this.#keep(execution);
    return execution;
  }

  find(arn: string): Execution | undefined {
    return this.#byArn.get(arn);
  }

  /** The newest first. */
  ofMachine(machineArn: string): readonly Execution[] {
    return [...this.#byArn.values()].filter((each) => each.machine.arn === machineArn).reverse();
  }

  /** The children of a Map run, the newest first. */
  ofMapRun(mapRunArn: string): readonly Execution[] {
    return [...this.#byArn.values()].filter((each) => each.mapRunArn === mapRunArn).reverse();
  }

  /** Ends every running execution as ABORTED and waits until they have ended. */
  async stopAll(cause: string): Promise<void> {
    const all = [...this.#byArn.values()];
    for (const execution of all) execution.stop('LocalStackClosed', cause);
    await Promise.all(all.map((execution) => execution.ended));
  }

  #keep(execution: Execution): void {
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
