import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FunctionAnswer } from './function-answer.ts';
import type { FunctionDefinition } from './function-definition.ts';

/** One call of a function. */
export interface Invocation {
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  readonly deadline: Date;
}

export interface ChildOptions {
  readonly definition: FunctionDefinition;
  readonly environment: Readonly<Record<string, string>>;
  readonly onOutput: (text: string) => void;
}

const runtimeClient = fileURLToPath(new URL('./runtime-client.mjs', import.meta.url));

/**
 * One execution environment of a function: a child process that serves one invocation at a time. An
 * invocation ends with the child's answer through the Runtime API, its exit or the timeout, whichever comes
 * first.
 */
export class FunctionChild {
  readonly #options: ChildOptions;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #retired = false;
  #invocation: Invocation | undefined;
  #answer: ((answer: FunctionAnswer) => void) | undefined;
  #sendNext: ((invocation: Invocation) => void) | undefined;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#child = spawn(process.execPath, [...nodeFlags(options.definition), runtimeClient], {
      cwd: options.definition.codeFolder,
      env: { ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', options.onOutput);
    }
    this.#exited = once(this.#child, 'close').then(
      () => this.#failByExit(),
      // The child could not be started.
      (error: unknown) => this.#fail('Runtime.ExitError', String(error)),
    );
  }

  get functionArn(): string {
    return this.#options.definition.arn;
  }

  get isAlive(): boolean {
    return !this.#retired && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get isInvoked(): boolean {
    return this.isAlive && !this.#child.killed && this.#invocation !== undefined;
  }

  /** Kills the child, as the kernel does when memory is short. Its invocation fails. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Resolves with the answer of the function, even when the child exits or times out. */
  async invoke(invocation: Invocation): Promise<FunctionAnswer> {
    const { timeoutSeconds } = this.#options.definition;
    const text = `RequestId: ${invocation.requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
    const timer = setTimeout(() => {
      this.#fail('Sandbox.Timedout', text);
      void this.close();
    }, timeoutSeconds * 1000);
    try {
      return await new Promise<FunctionAnswer>((resolve) => {
        this.#answer = resolve;
        this.#invocation = invocation;
        if (!this.isAlive) this.#failByExit();
        this.#sendNext?.(invocation);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** `next` of the Runtime API: resolves when there is an invocation. */
  next(): Promise<Invocation> {
    if (this.#invocation !== undefined) return Promise.resolve(this.#invocation);
    return new Promise((resolve) => {
      this.#sendNext = resolve;
    });
  }

  /** `response`, `error` and `init/error` of the Runtime API. */
  settle(answer: FunctionAnswer): void {
    const resolve = this.#answer;
    this.#invocation = undefined;
    this.#answer = undefined;
    this.#sendNext = undefined;
    resolve?.(answer);
  }

  /** Gives the child no further invocation, because it is about to exit. */
  retire(): void {
    this.#retired = true;
  }

  /** Kills the child and waits until it has exited. */
  async close(): Promise<void> {
    this.retire();
    this.kill();
    await this.#exited;
  }

  #failByExit(): void {
    const { exitCode, signalCode } = this.#child;
    const reason = signalCode === null ? `exit status ${exitCode}` : `signal: ${signalCode}`;
    this.#fail('Runtime.ExitError', `Runtime exited with error: ${reason}`);
  }

  #fail(errorType: string, errorMessage: string): void {
    const payload = JSON.stringify({ errorType, errorMessage, trace: [] });
    this.settle({ kind: 'failed', errorType, payload });
  }
}

/**
 * The memory of the function limits the heap of its child. Buffers are outside of the heap and not limited:
 * the local stack does not enforce a function's memory.
 */
function nodeFlags(definition: FunctionDefinition): readonly string[] {
  return [`--max-old-space-size=${definition.memoryMegabytes}`];
}
