import { firstCursor, type Run } from '../../../lambdas/contract/workflow.ts';
import { bigFiles } from '../../../lambdas/pull/big-files/big-files.ts';
import { disposeFiles } from '../../../lambdas/pull/dispose-files/dispose-files.ts';
import { finishRun } from '../../../lambdas/pull/finish-run/finish-run.ts';
import { listRemote } from '../../../lambdas/pull/list-remote/list-remote.ts';
import { planRun } from '../../../lambdas/pull/plan-run/plan-run.ts';
import { startRun } from '../../../lambdas/pull/start-run/start-run.ts';
import { toStepError } from '../../../lambdas/pull/to-step-error.ts';
import { transferBatch } from '../../../lambdas/pull/transfer-batch/transfer-batch.ts';
import type { Deadline } from '../../../lambdas/runtime/deadline.ts';
import { partnerId, pullFlow, type Setting } from './setting.ts';
import { StepFailed, StepMachine } from './step-machine.ts';

/** The workflow of a pull, with the product's own steps (infra/constructs/pull/pull-definition.ts). */
export class PullWorkflow {
  readonly #setting: Setting;
  readonly #machine: StepMachine;
  readonly #running = new Set<string>();
  #started = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#machine = new StepMachine(setting.world, toStepError);
  }

  get areAllEnded(): boolean {
    return this.#running.size === 0;
  }

  /** Starts an execution. It ends by itself. */
  start(): void {
    this.#started += 1;
    const id = `execution-${this.#started}`;
    this.#running.add(id);
    void this.#execute(id).finally(() => this.#running.delete(id));
  }

  async #execute(id: string): Promise<void> {
    const { world } = this.#setting;
    const startedAt = new Date(world.nowMs);
    const execution = { id, startedAt, redriveCount: 0 };
    const input = { partner: partnerId, flow: pullFlow, mode: 'run', acceptListing: true } as never;
    const starting = this.#step(id, 'StartRun', (given) => startRun({ input, execution }, given));
    const started = await starting.catch(expectFailed);
    if (started instanceof StepFailed || started.decision !== 'go') {
      world.tell(
        () => `${id} does not start: ${started instanceof StepFailed ? started.message : started.decision}`,
      );
      return;
    }
    const { run } = started;
    const error = await this.#work(id, run).catch((failed: unknown) => {
      const { error: name, message } = expectFailed(failed).details;
      return { Error: name, Cause: message };
    });
    await this.#step(id, 'FinishRun', (given) =>
      finishRun({ run, ...(error === undefined ? {} : { error }) }, given),
    ).catch(expectFailed);
    world.tell(() => `${id} has ended${error === undefined ? '' : `: ${error.Cause}`}`);
  }

  async #work(id: string, run: Run): Promise<undefined> {
    const listRound = (given: Given, cursor: typeof firstCursor) => listRemote({ run, cursor }, given);
    await this.#untilDone(id, 'ListRemote', listRound);
    let plan = await this.#step(id, 'PlanRun', (given) => planRun({ run, cursor: firstCursor }, given));
    while (!plan.done) {
      const { next, round } = plan;
      plan = await this.#step(id, 'PlanRun', (given) =>
        planRun({ run, cursor: { done: false, next, round } }, given),
      );
    }
    const { route, batch } = plan;
    if (route === 'finish') return;
    if (route !== 'small' || batch === undefined) throw new Error('the model workflow has no bulk route');
    await this.#untilDone(id, 'Transfer', (given, cursor) => transferBatch({ run, batch, cursor }, given));
    await this.#untilDone(id, 'BigFiles', (given, cursor) => bigFiles({ run, cursor }, given));
    await this.#untilDone(id, 'DisposeFiles', (given, cursor) => disposeFiles({ run, cursor }, given));
  }

  async #untilDone(
    id: string,
    name: string,
    work: (given: Given, cursor: typeof firstCursor) => Promise<typeof firstCursor>,
  ): Promise<void> {
    for (let cursor = firstCursor; !cursor.done; ) {
      const before = cursor;
      cursor = await this.#step(id, name, (given) => work(given, before));
    }
  }

  #step<T>(id: string, name: string, work: (given: Given) => Promise<T>): Promise<T> {
    return this.#machine.step(`${name} of ${id}`, (deadline) => work(this.#given(deadline)));
  }

  #given(deadline: Deadline) {
    const nothing = async () => undefined;
    return {
      ...this.#setting.dependencies(),
      deadline,
      isRunning: async (other: string) => this.#running.has(other),
      publishStarted: nothing,
      publishEnded: nothing,
    } as never;
  }
}

/** Every step takes what it needs of the model's dependencies. */
type Given = never;

/** A step that failed for good ends its execution; anything else is an error of the simulator. */
function expectFailed(error: unknown): StepFailed {
  if (error instanceof StepFailed) return error;
  throw error;
}
