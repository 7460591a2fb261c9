import type { CallFunction } from '../lambda/function-answer.ts';
import type { Queues } from '../sqs/queues.ts';
import { runMapping } from './event-source-mapping.ts';
import type { MappingDefinition } from './mapping-definition.ts';

export interface MappingsOptions {
  readonly definitions: readonly MappingDefinition[];
  readonly queues: Queues;
  readonly callFunction: CallFunction;
  readonly waitScale: number;
}

/**
 * The event source mappings of the stack. They stop in two steps, because a running batch ends with its
 * function.
 */
export class EventSourceMappings {
  readonly #options: MappingsOptions;
  readonly #stopping = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: MappingsOptions) {
    this.#options = options;
  }

  start(): void {
    const { definitions, queues, callFunction, waitScale } = this.#options;
    const { signal } = this.#stopping;
    const running = definitions.map((definition) => {
      const queue = queues.byArn(definition.queueArn);
      if (queue === undefined) throw new Error(`The stack has no queue ${definition.queueArn}.`);
      return runMapping(definition, { queue, callFunction, waitScale, signal });
    });
    this.#running = Promise.all(running);
  }

  /** Starts no further batch. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Resolves when no batch is running. */
  async ended(): Promise<void> {
    await this.#running;
  }
}
