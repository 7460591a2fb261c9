import { Deduplication } from './deduplication.ts';
import { MessageStore } from './message-store.ts';
import { Queue } from './queue.ts';
import { openQueueDatabase } from './queue-database.ts';
import type { QueueDefinition } from './queue-definition.ts';

export interface QueuesOptions {
  readonly definitions: readonly QueueDefinition[];
  /** The SQLite file with the messages. */
  readonly file: string;
  readonly now: () => Date;
}

/**
 * The stack's queues. Messages outlive the program: those in flight when it ended are visible again when it begins anew, because
 * whoever had received them is gone. Messages of a queue that is no longer in the template stay in the file.
 */
export class Queues {
  readonly #byArn = new Map<string, Queue>();
  readonly #closing = new AbortController();
  readonly #close: () => void;

  /** @throws Error where the file cannot be opened. */
  constructor({ definitions, file, now }: QueuesOptions) {
    const database = openQueueDatabase(file);
    const store = new MessageStore(database);
    const deduplication = new Deduplication(database);
    store.letGoAll(now());
    const queueOf = (definition: QueueDefinition): Queue => {
      const made = this.#byArn.get(definition.arn);
      if (made !== undefined) return made;
      const target = definitions.find(({ arn }) => arn === definition.redrive?.deadLetterTargetArn);
      const deadLetters = target === undefined ? undefined : queueOf(target);
      const queue = new Queue(definition, { store, deduplication, now, deadLetters });
      this.#byArn.set(definition.arn, queue);
      return queue;
    };
    for (const definition of definitions) queueOf(definition);
    this.#close = () => database.close();
  }

  /** Aborted when the queues are being closed: whoever waits for messages gets none. */
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

  /** The queues that have this one as their dead-letter queue. */
  sourcesOf(arn: string): readonly Queue[] {
    return this.all().filter(({ definition }) => definition.redrive?.deadLetterTargetArn === arn);
  }

  close(): void {
    this.#closing.abort();
    this.#close();
  }
}
