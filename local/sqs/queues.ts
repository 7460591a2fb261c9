import { Queue } from './queue.ts';
import type { QueueDefinition } from './queue-definition.ts';
import { Deduplication } from './store/deduplication.ts';
import { MessageStore } from './store/message-store.ts';
import { openQueueDatabase } from './store/queue-database.ts';

export interface QueuesOptions {
  readonly definitions: readonly QueueDefinition[];
  /** The SQLite file with the messages. */
  readonly file: string;
  readonly now: () => Date;
}

/**
 * The queues of the stack. Messages survive a restart; messages in flight are visible again then, because
 * their receivers are gone. Messages of a queue that is no longer in the template stay in the file.
 */
export class Queues {
  readonly #byArn = new Map<string, Queue>();
  readonly #closing = new AbortController();
  readonly #close: () => void;

  /** @throws Error when the file cannot be opened. */
  constructor({ definitions, file, now }: QueuesOptions) {
    const database = openQueueDatabase(file);
    const store = new MessageStore(database);
    const deduplication = new Deduplication(database);
    store.releaseAll(now());
    const open = (definition: QueueDefinition): Queue => {
      const existing = this.#byArn.get(definition.arn);
      if (existing !== undefined) return existing;
      const target = definitions.find(({ arn }) => arn === definition.redrive?.deadLetterTargetArn);
      const deadLetters = target === undefined ? undefined : open(target);
      const queue = new Queue(definition, { store, deduplication, now, deadLetters });
      this.#byArn.set(definition.arn, queue);
      return queue;
    };
    for (const definition of definitions) open(definition);
    this.#close = () => database.close();
  }

  /** Aborted when the queues close: pending receives return no messages. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  all(): readonly Queue[] {
    return [...this.#byArn.values()].toSorted((one, other) =>
      one.definition.name < other.definition.name ? -1 : 1,
    );
  }

  byArn(arn: string): Queue | undefined {
    return this.#byArn.get(arn);
  }

  byName(name: string): Queue | undefined {
    return this.all().find(({ definition }) => definition.name === name);
  }

  /** The queues whose dead-letter queue this is. */
  findSources(arn: string): readonly Queue[] {
    return this.all().filter(({ definition }) => definition.redrive?.deadLetterTargetArn === arn);
  }

  close(): void {
    this.#closing.abort();
    this.#close();
  }
}
