import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FunctionAnswer } from '../states/task-call.ts';
import type { FunctionDefinition } from './function-definition.ts';

/** One call of a function, as its child is told of it. */
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
 * One execution environment of a function: a child of this program that serves one invocation at a time. It is the
 * function's end that answers, whichever comes first: the child through the Runtime API, its exit, or its timeout.
 */
export class FunctionChild {
  readonly #options: ChildOptions;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #retired = false;
  #invocation: Invocation | undefined;
  #answer: ((answer: FunctionAnswer) => void) | undefined;
  #asking: ((invocation: Invocation) => void) | undefined;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#child = spawn(process.execPath, [...flags(options.definition), runtimeClient], {
      cwd: options.definition.codeFolder,
      env: { ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', options.onOutput);
    }
    this.#exited = once(this.#child, 'close').then(
      () => this.#failByExit(),
      // The child could not even be started.
      (error: unknown) => this.#fail('Runtime.ExitError', String(error)),
    );
  }

  get functionArn(): string {
    return this.#options.definition.arn;
  }

  get isAlive(): boolean {
    return !this.#retired && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get isAtWork(): boolean {
    return this.isAlive && !this.#child.killed && this.#invocation !== undefined;
  }

  /** Ends the child without a word, as the kernel does where memory is short: its invocation fails. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Resolves with the function's answer, whatever becomes of the child. */
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
        this.#asking?.(invocation);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The Runtime API's `next`: resolves when there is an invocation. */
  next(): Promise<Invocation> {
    if (this.#invocation !== undefined) return Promise.resolve(this.#invocation);
    return new Promise((resolve) => {
      this.#asking = resolve;
    });
  }

  /** The Runtime API's `response`, `error` and `init/error`. */
  settle(answer: FunctionAnswer): void {
    const resolve = this.#answer;
    this.#invocation = undefined;
    this.#answer = undefined;
    this.#asking = undefined;
    resolve?.(answer);
  }

  /** The child is about to end by itself: it gets no further invocation. */
  retire(): void {
    this.#retired = true;
  }

  /** Kills the child and waits until it is gone. */
  async close(): Promise<void> {
    this.retire();
    this.kill();
    await this.#exited;
  }

  #failByExit(): void {
    const { exitCode, signalCode } = this.#child;
    const how = signalCode === null ? `exit status ${exitCode}` : `signal: ${signalCode}`;
    this.#fail('Runtime.ExitError', `Runtime exited with error: ${how}`);
  }

  #fail(errorType: string, errorMessage: string): void {
    const payload = JSON.stringify({ errorType, errorMessage, trace: [] });
    this.settle({ kind: 'failed', errorType, payload });
  }
}

/**
 * The function's memory bounds the heap of its child. Buffers live outside of the heap and are not bounded here: that a
 * function stays within its memory is measured, not enforced, by the local stack.
 */
function flags(definition: FunctionDefinition): readonly string[] {
  return [`--max-old-space-size=${definition.memoryMegabytes}`];
}
