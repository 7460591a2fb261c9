import { randomUUID } from 'node:crypto';
import { runtimePath } from '../endpoint/serve-request.ts';
import { type FunctionAnswer, isThrottled, type LambdaError, refuse } from './function-answer.ts';
import { FunctionChild } from './function-child.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { functionEnvironment } from './function-environment.ts';
import { FunctionLog } from './function-log.ts';
import { IdleChildren, type TokenChild } from './idle-children.ts';
import { splitLines } from './split-lines.ts';

export interface FunctionsOptions {
  readonly definitions: readonly FunctionDefinition[];
  readonly logsFolder: string;
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** What the AWS clients in a function need. */
  readonly clientEnvironment: Readonly<Record<string, string>>;
  readonly now: () => Date;
  readonly onLog: (functionName: string, text: string) => void;
  /** Called for each line that a function prints. */
  readonly onLine: (text: string) => void;
  readonly onInvocation: (ended: EndedInvocation) => void;
  readonly lambdaError: (functionName: string) => LambdaError | undefined;
  /** The concurrent executions of the account, beyond which calls are throttled. */
  readonly maxConcurrency: number;
  /** How many children may be idle; beyond it one is stopped. */
  readonly maxIdle: number;
  /** How long a child may be idle before it is stopped. */
  readonly maxIdleMs: number;
}

/** A call of a function that has ended or was throttled. */
export interface EndedInvocation {
  readonly functionName: string;
  readonly durationMs: number;
  readonly end: 'returned' | 'failed' | 'throttled';
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maxResponseBytes = 6 * 1024 * 1024;

/**
 * The functions of the stack. Their children stay warm between invocations, until they are idle for too long,
 * others need their memory, or the stack ends.
 */
export class Functions {
  readonly #options: FunctionsOptions;
  readonly #logs = new Map<string, FunctionLog>();
  readonly #children = new Map<string, FunctionChild>();
  readonly #idle: IdleChildren;
  readonly #invoked = new Set<FunctionChild>();
  #closed = false;

  constructor(options: FunctionsOptions) {
    this.#options = options;
    for (const { name } of options.definitions)
      this.#logs.set(name, new FunctionLog(options.logsFolder, name));
    this.#idle = new IdleChildren({
      maxCount: options.maxIdle,
      maxIdleMs: options.maxIdleMs,
      onDropped: (dropped) => void this.#stop(dropped),
    });
  }

  find(nameOrArn: string): FunctionDefinition | undefined {
    return this.#options.definitions.find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
  }

  /**
   * Runs one invocation in an idle child or a new one, unless the concurrency of the account is used up. A
   * child has one invocation at a time.
   * @param event JSON text.
   * @throws Error when there is no such function, or the stack is closed.
   */
  async invoke(nameOrArn: string, event: string): Promise<FunctionAnswer> {
    const definition = this.find(nameOrArn);
    if (definition === undefined) throw new Error(`The local stack has no function '${nameOrArn}'.`);
    if (this.#closed) throw new Error('The local stack is closed.');
    const { now, onInvocation } = this.#options;
    const { name: functionName } = definition;
    const refused = this.#refuse(functionName);
    if (refused !== undefined) {
      if (isThrottled(refused)) onInvocation({ functionName, durationMs: 0, end: 'throttled' });
      return refused;
    }
    const used = this.#idle.take(functionName) ?? this.#newChild(definition);
    const { child } = used;
    const began = performance.now();
    const deadline = new Date(now().getTime() + definition.timeoutSeconds * 1000);
    this.#invoked.add(child);
    const answer = await child.invoke({ requestId: randomUUID(), event, deadline });
    this.#invoked.delete(child);
    const end = answer.kind === 'returned' ? 'returned' : 'failed';
    onInvocation({ functionName, durationMs: performance.now() - began, end });
    if (child.isAlive && !endsChild(answer)) this.#idle.add(used);
    else await this.#stop(used);
    return limitSize(answer);
  }

  /** Kills the child of the function's longest running invocation; returns false when there is none. */
  kill(nameOrArn: string): boolean {
    const arn = this.find(nameOrArn)?.arn;
    const [child] = [...this.#invoked].filter((each) => each.functionArn === arn && each.isInvoked);
    child?.kill();
    return child !== undefined;
  }

  /** The child that sent a request to the Runtime API, by the token in its path. */
  findChild(token: string): FunctionChild | undefined {
    return this.#children.get(token);
  }

  /** Kills every child and waits until all have exited. Running invocations fail. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#idle.clear();
    await Promise.all([...this.#children.values()].map((child) => child.close()));
    for (const log of this.#logs.values()) log.close();
  }

  /** Lambda's error instead of an invocation, or undefined. */
  #refuse(functionName: string): FunctionAnswer | undefined {
    const { lambdaError, maxConcurrency } = this.#options;
    const isFull = this.#invoked.size >= maxConcurrency;
    const error = lambdaError(functionName) ?? (isFull ? 'TooManyRequestsException' : undefined);
    return error === undefined ? undefined : refuse(error);
  }

  async #stop({ token, child }: TokenChild): Promise<void> {
    await child.close();
    this.#children.delete(token);
  }

  #newChild(definition: FunctionDefinition): TokenChild {
    const token = randomUUID();
    const runtimeApi = `${this.#options.endpoint.replace('http://', '')}${runtimePath}${token}`;
    const stack = this.#options.clientEnvironment;
    const takeText = splitLines(this.#options.onLine);
    const child = new FunctionChild({
      definition,
      environment: functionEnvironment(definition, { stack, runtimeApi }),
      onOutput: (text) => {
        this.#logs.get(definition.name)?.write(text);
        this.#options.onLog(definition.name, text);
        takeText(text);
      },
    });
    this.#children.set(token, child);
    return { functionName: definition.name, token, child };
  }
}

/** Whether the child has exited or is about to. */
function endsChild(answer: FunctionAnswer): boolean {
  return answer.kind === 'failed' && ['Sandbox.Timedout', 'Runtime.ExitError'].includes(answer.errorType);
}

/** Replaces an answer that is larger than Lambda's limit by Lambda's error. */
function limitSize(answer: FunctionAnswer): FunctionAnswer {
  const sizeBytes = Buffer.byteLength(answer.payload);
  if (sizeBytes <= maxResponseBytes) return answer;
  const errorType = 'Function.ResponseSizeTooLarge';
  const errorMessage = `Response payload size (${sizeBytes} bytes) exceeded maximum allowed payload size (${maxResponseBytes} bytes).`;
  return { kind: 'failed', errorType, payload: JSON.stringify({ errorType, errorMessage }) };
}
