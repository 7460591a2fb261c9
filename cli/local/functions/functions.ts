import { randomUUID } from 'node:crypto';
import type { FunctionAnswer } from '../states/task-call.ts';
import { FunctionChild } from './function-child.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { functionEnvironment } from './function-environment.ts';
import { FunctionLog } from './function-log.ts';
import { wholeLines } from './whole-lines.ts';

export interface FunctionsOptions {
  readonly definitions: readonly FunctionDefinition[];
  readonly logsFolder: string;
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** What the AWS clients in a function need. */
  readonly clientEnvironment: Readonly<Record<string, string>>;
  readonly now: () => Date;
  readonly onLog: (functionName: string, text: string) => void;
  /** Told of each line that a function prints. */
  readonly onLine: (text: string) => void;
  readonly onInvocation: (ended: EndedInvocation) => void;
  readonly isThrottled: (functionName: string) => boolean;
}

/** A call of a function that has ended, or for which there was no room. */
export interface EndedInvocation {
  readonly functionName: string;
  readonly durationMs: number;
  readonly end: 'returned' | 'failed' | 'throttled';
}

/** How Lambda answers where all of an account's functions that may be are at work. */
const throttled: FunctionAnswer = {
  kind: 'failed',
  errorType: 'Lambda.TooManyRequestsException',
  payload: JSON.stringify({ errorType: 'Lambda.TooManyRequestsException', errorMessage: 'Rate Exceeded.' }),
};

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maxResponseBytes = 6 * 1024 * 1024;

/** The first part of the Runtime API's paths: no bucket can be named so. */
export const runtimePath = '/_runtime/';

/** The stack's functions, each run by children that stay warm between invocations and go with the stack. */
export class Functions {
  readonly #options: FunctionsOptions;
  readonly #logs = new Map<string, FunctionLog>();
  readonly #children = new Map<string, FunctionChild>();
  readonly #idle = new Map<string, { readonly token: string; readonly child: FunctionChild }[]>();
  readonly #atWork = new Set<FunctionChild>();
  #closed = false;

  constructor(options: FunctionsOptions) {
    this.#options = options;
    for (const { name } of options.definitions)
      this.#logs.set(name, new FunctionLog(options.logsFolder, name));
  }

  /** Finds a function by its name or ARN. */
  find(nameOrArn: string): FunctionDefinition | undefined {
    return this.#options.definitions.find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
  }

  /**
   * Runs one invocation to its end, in an idle child or a new one; never two at a time in one child.
   * @param event JSON text.
   * @throws Error where there is no such function, or the stack is closed.
   */
  async invoke(nameOrArn: string, event: string): Promise<FunctionAnswer> {
    const definition = this.find(nameOrArn);
    if (definition === undefined) throw new Error(`The local stack has no function '${nameOrArn}'.`);
    if (this.#closed) throw new Error('The local stack is closed.');
    const { now, onInvocation, isThrottled } = this.#options;
    const { name: functionName } = definition;
    if (isThrottled(functionName)) {
      onInvocation({ functionName, durationMs: 0, end: 'throttled' });
      return throttled;
    }
    const { token, child } = this.#takeChild(definition);
    const began = performance.now();
    const deadline = new Date(now().getTime() + definition.timeoutSeconds * 1000);
    this.#atWork.add(child);
    const answer = await child.invoke({ requestId: randomUUID(), event, deadline });
    this.#atWork.delete(child);
    onInvocation({ functionName, durationMs: performance.now() - began, end: answer.kind });
    if (child.isAlive && !isFatal(answer)) this.#idle.get(definition.name)?.push({ token, child });
    else {
      await child.close();
      this.#children.delete(token);
    }
    return bounded(answer);
  }

  /** Kills the child of the function that has been at work for longest; false where none is. */
  kill(nameOrArn: string): boolean {
    const arn = this.find(nameOrArn)?.arn;
    const [child] = [...this.#atWork].filter((each) => each.functionArn === arn && each.isAtWork);
    child?.kill();
    return child !== undefined;
  }

  /** The child that a request to the Runtime API comes from, by the token in its path. */
  childOf(token: string): FunctionChild | undefined {
    return this.#children.get(token);
  }

  /** Kills every child and waits until all are gone; a running invocation fails. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#children.values()].map((child) => child.close()));
    for (const log of this.#logs.values()) log.close();
  }

  #takeChild(definition: FunctionDefinition): { readonly token: string; readonly child: FunctionChild } {
    const idle = this.#idle.get(definition.name) ?? [];
    this.#idle.set(definition.name, idle);
    for (let warm = idle.pop(); warm !== undefined; warm = idle.pop()) {
      if (warm.child.isAlive) return warm;
      this.#children.delete(warm.token);
    }
    return this.#newChild(definition);
  }

  #newChild(definition: FunctionDefinition): { readonly token: string; readonly child: FunctionChild } {
    const token = randomUUID();
    const runtimeApi = `${this.#options.endpoint.replace('http://', '')}${runtimePath}${token}`;
    const stack = this.#options.clientEnvironment;
    const takeLines = wholeLines(this.#options.onLine);
    const child = new FunctionChild({
      definition,
      environment: functionEnvironment(definition, { stack, runtimeApi }),
      onOutput: (text) => {
        this.#logs.get(definition.name)?.write(text);
        this.#options.onLog(definition.name, text);
        takeLines(text);
      },
    });
    this.#children.set(token, child);
    return { token, child };
  }
}

/** After these the child is gone or going. */
function isFatal(answer: FunctionAnswer): boolean {
  return answer.kind === 'failed' && ['Sandbox.Timedout', 'Runtime.ExitError'].includes(answer.errorType);
}

function bounded(answer: FunctionAnswer): FunctionAnswer {
  const sizeBytes = Buffer.byteLength(answer.payload);
  if (sizeBytes <= maxResponseBytes) return answer;
  const errorType = 'Function.ResponseSizeTooLarge';
  const errorMessage = `Response payload size (${sizeBytes} bytes) exceeded maximum allowed payload size (${maxResponseBytes} bytes).`;
  return { kind: 'failed', errorType, payload: JSON.stringify({ errorType, errorMessage }) };
}
