import { theWorld } from '../machine/world.ts';

export interface QueuedMessage {
  readonly id: string;
  readonly group: string;
  readonly deduplicationId: string;
  readonly body: string;
  readonly sentMs: number;
  received: number;
  /** Not received before; while a function has it, that is the end of its visibility timeout. */
  hiddenUntilMs: number;
}

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
}

interface Command {
  readonly operation: string;
  readonly input: {
    readonly Entries?: readonly Entry[];
    readonly ReceiptHandle?: string;
    readonly VisibilityTimeout?: number;
  };
}

/** SQS drops a message that repeats the id of one within this time. */
const deduplicationMs = 5 * 60_000;

/** The visibility timeout of the push queue: six times that of its function. */
const visibilityMs = 90 * 60_000;

/** A FIFO queue: the messages of a group come in order, and the next only when the one before is gone. */
export class ModelQueue {
  readonly name: string;
  /** In place of the client of the queue. */
  readonly client = { send: (command: Command) => this.#send(command) };
  readonly #messages: QueuedMessage[] = [];
  readonly #seen = new Map<string, number>();
  #made = 0;

  constructor(name: string) {
    this.name = name;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /**
   * The messages that can be received now: of each group those at its front, up to the first that is hidden.
   */
  receive(maxMessages: number): readonly QueuedMessage[] {
    const { nowMs } = theWorld();
    const blocked = new Set<string>();
    let group: string | undefined;
    const batch: QueuedMessage[] = [];
    for (const message of this.#messages) {
      if (message.hiddenUntilMs > nowMs) blocked.add(message.group);
      if (blocked.has(message.group) || (group !== undefined && group !== message.group)) continue;
      group = message.group;
      batch.push(message);
      if (batch.length === maxMessages) break;
    }
    for (const message of batch) {
      message.received += 1;
      message.hiddenUntilMs = nowMs + visibilityMs;
    }
    return batch;
  }

  delete(message: QueuedMessage): void {
    const index = this.#messages.indexOf(message);
    if (index !== -1) this.#messages.splice(index, 1);
  }

  /** When the next message that is hidden now can be received; undefined where none is hidden. */
  get nextVisibleMs(): number | undefined {
    const { nowMs } = theWorld();
    const times = this.#messages.map(({ hiddenUntilMs }) => hiddenUntilMs).filter((atMs) => atMs > nowMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #send({ operation, input }: Command): Promise<unknown> {
    return theWorld().request({
      label: `queue ${operation} ${this.name}`,
      apply: () => {
        if (operation === 'send') for (const entry of input.Entries ?? []) this.#accept(entry);
        if (operation === 'change-visibility') this.#hide(input);
        return {};
      },
      lost: () => Object.assign(new Error('The connection to SQS was lost.'), { name: 'TimeoutError' }),
      isRepeated: true,
      effect: 'write',
    });
  }

  #accept({ MessageBody, MessageGroupId, MessageDeduplicationId }: Entry): void {
    const { nowMs } = theWorld();
    const seenMs = this.#seen.get(MessageDeduplicationId);
    if (seenMs !== undefined && nowMs - seenMs < deduplicationMs) return;
    this.#seen.set(MessageDeduplicationId, nowMs);
    this.#made += 1;
    this.#messages.push({
      id: `message-${this.#made}`,
      group: MessageGroupId,
      deduplicationId: MessageDeduplicationId,
      body: MessageBody,
      sentMs: nowMs,
      received: 0,
      hiddenUntilMs: 0,
    });
  }

  #hide({ ReceiptHandle, VisibilityTimeout = 0 }: Command['input']): void {
    const message = this.#messages.find(({ id }) => id === ReceiptHandle);
    if (message !== undefined) message.hiddenUntilMs = theWorld().nowMs + VisibilityTimeout * 1000;
  }
}
