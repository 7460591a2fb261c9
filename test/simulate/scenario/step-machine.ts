import { ZodError } from 'zod';
import { type Deadline, startDeadline } from '../../../lambdas/runtime/deadline.ts';
import type { StepErrorDetails } from '../../../lambdas/runtime/step-error.ts';
import type { World } from '../machine/world.ts';

/** How long a function may run: the longest that Lambda allows. */
export const functionMs = 15 * 60_000;

/** A step that failed for good. */
export class StepFailed extends Error {
  readonly details: StepErrorDetails;

  constructor(details: StepErrorDetails) {
    super(details.message);
    this.details = details;
  }
}

/** The retries of the workflow (infra/constructs/blocks/workflow-step.ts). */
const transientRetries = 3;
const lambdaRetries = 2;
const busyRetries = 200;
const backoffMs = 20_000;

/** Runs steps as the state machine does: functions that die or fail in passing are called again. */
export class StepMachine {
  readonly #world: World;
  readonly #toStepError: (error: unknown) => StepErrorDetails;

  constructor(world: World, toStepError: (error: unknown) => StepErrorDetails) {
    this.#world = world;
    this.#toStepError = toStepError;
  }

  /** @throws StepFailed */
  async step<T>(name: string, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const left = { transient: transientRetries, lambda: lambdaRetries, busy: busyRetries };
    for (let delayMs = backoffMs; ; delayMs = Math.min(delayMs * 2, 120_000)) {
      const ended = await this.#invoke(name, work);
      if (ended.kind === 'returned') return ended.value;
      const details = ended.kind === 'lost' ? lostFunction : this.#toStepError(ended.error);
      if (ended.kind === 'threw') expectKnown(this.#world, ended.error);
      const kind = ended.kind === 'lost' ? 'lambda' : details.error === 'partner-busy' ? 'busy' : 'transient';
      left[kind] -= 1;
      if (left[kind] < 0 || (kind === 'transient' && !details.retryable)) throw new StepFailed(details);
      await this.#world.pause(kind === 'busy' ? 5000 : delayMs);
    }
  }

  #invoke<T>(name: string, work: (deadline: Deadline) => Promise<T>) {
    const { nowMs } = this.#world;
    return this.#world.invoke(name, functionMs, async () => {
      const deadline = startDeadline(() => nowMs + functionMs - this.#world.nowMs);
      try {
        return await work(deadline);
      } finally {
        deadline.clear();
      }
    });
  }
}

const lostFunction: StepErrorDetails = {
  retryable: true,
  error: 'internal',
  message: 'The function was lost.',
};

/** An error of a program, and not of the world: whatever the world does, the product must not run into it. */
export function expectKnown(world: World, error: unknown): void {
  const isProgramming =
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error instanceof ZodError ||
    (error instanceof Error && error.message.startsWith('the model '));
  if (error instanceof Error && error.cause !== undefined) expectKnown(world, error.cause);
  if (isProgramming) world.fail('noProgrammingError', error.stack ?? error.message);
}
