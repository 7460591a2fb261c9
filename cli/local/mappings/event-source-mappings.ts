import type { Queues } from '../queues/queues.ts';
import type { CallFunction } from '../states/task-call.ts';
import { runMapping } from './event-source-mapping.ts';
import type { MappingDefinition } from './mapping-definition.ts';

export interface MappingsOptions {
  readonly definitions: readonly MappingDefinition[];
  readonly queues: Queues;
  readonly callFunction: CallFunction;
  readonly waitScale: number;
}

/** The stack's event source mappings. They end in two steps, because what runs ends only with its function. */
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
      if (queue === undefined) throw new Error(`There is no queue ${definition.queueArn}.`);
      return runMapping(definition, { queue, callFunction, waitScale, signal });
    });
    this.#running = Promise.all(running);
  }

  /** Lets no further batch begin. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Resolves when no batch runs any more. */
  async ended(): Promise<void> {
    await this.#running;
  }
}
