import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { ChangeSignal } from './change-signal.ts';
import type { QueueDefinition } from './queue-definition.ts';
import type { Deduplication } from './store/deduplication.ts';
import type { MessageCounts, MessageStore } from './store/message-store.ts';
import { isInFlight, type NewMessage, type StoredMessage } from './store/stored-message.ts';

export interface QueueDependencies {
  readonly store: MessageStore;
  readonly deduplication: Deduplication;
  readonly now: () => Date;
  /** Receives the messages that exceed the receive count; undefined without a redrive policy. */
  readonly deadLetters: Queue | undefined;
}

export interface ReceiveOptions {
  readonly limit: number;
  /** The limit of all bodies together. The first message is returned even if it is larger. */
  readonly maxBytes: number;
  /** The visibility timeout of the received messages. */
  readonly hiddenMs: number;
  /** Held messages stay in flight until `release`, even after their visibility timeout. */
  readonly isHeld: boolean;
  /** `one`: only messages of one group. */
  readonly groups: 'one' | 'any';
}

/** The identity of a sent message, or of the message that it duplicates. */
export interface SentMessage {
  readonly messageId: string;
  readonly sequence: number;
}

/** A received message, with the receipt handle that deletes it. */
export interface ReceivedMessage extends StoredMessage {
  readonly receipt: string;
}

/** One queue. Every change is on disk when its method returns. */
export class Queue {
  readonly definition: QueueDefinition;
  readonly #dependencies: QueueDependencies;
  readonly #changes = new ChangeSignal();

  constructor(definition: QueueDefinition, dependencies: QueueDependencies) {
    this.definition = definition;
    this.#dependencies = dependencies;
  }

  /** Adds a message, unless a FIFO queue has received its duplicate within five minutes. */
  send(message: NewMessage, { delayMs }: { readonly delayMs: number }): SentMessage {
    const { store } = this.#dependencies;
    const now = this.#dependencies.now();
    const sent = store.transaction(
      () => this.#findDuplicate(message, now) ?? this.#add(message, now, delayMs),
    );
    this.#changes.notify();
    return sent;
  }

  /**
   * Receives visible messages, which are in flight then: from a standard queue any; from a FIFO queue the
   * first ones of groups with none in flight, in order. Messages that exceed the receive count move to the
   * dead-letter queue.
   */
  receive(options: ReceiveOptions): readonly ReceivedMessage[] {
    return this.#receive(options, this.#dependencies.now());
  }

  /** Waits for messages and receives them. Returns none at the deadline or when the signal is aborted. */
  async receiveNext(
    options: ReceiveOptions,
    { until, signal }: { readonly until?: Date; readonly signal: AbortSignal },
  ): Promise<readonly ReceivedMessage[]> {
    while (!signal.aborted) {
      const now = this.#dependencies.now();
      const received = this.#receive(options, now);
      if (received.length > 0 || (until !== undefined && until <= now)) return received;
      // Relative to the time of the receive, so that a message that has become visible since then is not
      // missed.
      const times = [this.#dependencies.store.nextVisible(this.#name, now), until].filter(
        (time) => time !== undefined,
      );
      const sleepMs = Math.min(...times.map((time) => time.getTime() - now.getTime()));
      await this.#changes.wait({ sleepMs, signal });
    }
    return [];
  }

  /**
   * Undefined after the message was deleted. It may have been received again since the receipt was issued.
   */
  find(sequence: number): StoredMessage | undefined {
    return this.#dependencies.store.find(this.#name, sequence);
  }

  isInFlight(message: StoredMessage): boolean {
    return isInFlight(message, this.#dependencies.now());
  }

  remove(sequence: number): void {
    this.#dependencies.store.remove(sequence);
    this.#changes.notify();
  }

  /** Sets the visibility timeout of a message in flight, from now. */
  hide(sequence: number, hiddenMs: number): void {
    this.#dependencies.store.setVisibleFrom(
      sequence,
      new Date(this.#dependencies.now().getTime() + hiddenMs),
    );
    this.#changes.notify();
  }

  /** Releases held messages: they become visible after their visibility timeout, unless they were deleted. */
  release(messages: readonly ReceivedMessage[]): void {
    const { store } = this.#dependencies;
    store.transaction(() => {
      for (const { sequence } of messages) store.release(sequence);
    });
    this.#changes.notify();
  }

  purge(): void {
    this.#dependencies.store.removeAll(this.#name);
  }

  counts(): MessageCounts {
    return this.#dependencies.store.counts(this.#name, this.#dependencies.now());
  }

  /** When the oldest message was sent, in flight or not; undefined for an empty queue. */
  oldestSent(): Date | undefined {
    return this.#dependencies.store.oldestSent(this.#name);
  }

  /** All messages that are not in flight, in the order in which they were sent. */
  waiting(): readonly StoredMessage[] {
    return this.#dependencies.store.listQueue(this.#name).filter((message) => !this.isInFlight(message));
  }

  /** Moves a dead letter here as a new message, with a receive count of 0 and without deduplication. */
  redriveFrom(message: StoredMessage): void {
    const { store } = this.#dependencies;
    const now = this.#dependencies.now();
    store.transaction(() => {
      store.remove(message.sequence);
      store.add({ queue: this.#name, id: randomUUID(), message, sent: now, visibleFrom: now });
    });
    this.#changes.notify();
  }

  /** Wakes everything that waits for a change of this queue. */
  notify(): void {
    this.#changes.notify();
  }

  get #name(): string {
    return this.definition.name;
  }

  #receive(options: ReceiveOptions, now: Date): readonly ReceivedMessage[] {
    const { store, deadLetters } = this.#dependencies;
    const { received, moved } = store.transaction(() => {
      store.removeOlder(this.#name, new Date(now.getTime() - this.definition.retentionSeconds * 1000));
      const moved = this.#moveDeadLetters(now);
      const visible =
        this.definition.fifo === undefined
          ? store.visible(this.#name, now, options.limit)
          : this.#firstOfGroups(options, now);
      const chosen = limitBytes(visible, options.maxBytes);
      return { moved, received: chosen.map((message) => this.#markReceived(message, options, now)) };
    });
    if (moved > 0) deadLetters?.notify();
    return received;
  }

  #findDuplicate(message: NewMessage, now: Date): SentMessage | undefined {
    const key = this.#deduplicationKey(message);
    return key === undefined ? undefined : this.#dependencies.deduplication.find(key, now);
  }

  #add(message: NewMessage, now: Date, delayMs: number): SentMessage {
    const { store, deduplication } = this.#dependencies;
    const messageId = randomUUID();
    const key = this.#deduplicationKey(message);
    const visibleFrom = new Date(now.getTime() + delayMs);
    const stored = { ...message, deduplicationId: key?.id };
    const sequence = store.add({ queue: this.#name, id: messageId, message: stored, sent: now, visibleFrom });
    const sent = { messageId, sequence };
    if (key !== undefined) deduplication.remember(key, sent, now);
    return sent;
  }

  #deduplicationKey({ body, group = '', deduplicationId }: NewMessage) {
    const { fifo } = this.definition;
    if (fifo === undefined) return undefined;
    const id = deduplicationId ?? createHash('sha256').update(body).digest('hex');
    return { queue: this.#name, scope: fifo.deduplicationScope === 'messageGroup' ? group : '', id };
  }

  /** Moves the messages that exceed the receive count to the dead-letter queue. Returns their number. */
  #moveDeadLetters(now: Date): number {
    const { redrive, arn } = this.definition;
    const { store, deadLetters } = this.#dependencies;
    if (redrive === undefined || deadLetters === undefined) return 0;
    const exhausted = store.listExhausted(this.#name, redrive.maxReceiveCount, now);
    for (const sequence of exhausted) {
      store.moveToDeadLetters(sequence, { queue: deadLetters.definition.name, sourceArn: arn, now });
    }
    return exhausted.length;
  }

  #firstOfGroups({ limit, groups }: ReceiveOptions, now: Date): readonly StoredMessage[] {
    const { store } = this.#dependencies;
    const chosen: StoredMessage[] = [];
    for (const group of store.freeGroups(this.#name, now)) {
      const first = store.listGroup(this.#name, group, limit - chosen.length);
      const hidden = first.findIndex(({ visibleFrom }) => visibleFrom > now);
      chosen.push(...(hidden === -1 ? first : first.slice(0, hidden)));
      if (chosen.length >= limit || (groups === 'one' && chosen.length > 0)) break;
    }
    return chosen;
  }

  #markReceived(message: StoredMessage, { hiddenMs, isHeld }: ReceiveOptions, now: Date): ReceivedMessage {
    // The sequence identifies the message, the random part this receive.
    const receipt = `${message.sequence}.${randomBytes(18).toString('base64url')}`;
    const visibleFrom = new Date(now.getTime() + hiddenMs);
    this.#dependencies.store.markReceived(message.sequence, { receipt, now, visibleFrom, isHeld });
    const firstReceived = message.firstReceived ?? now;
    return {
      ...message,
      receipt,
      visibleFrom,
      isHeld,
      firstReceived,
      receiveCount: message.receiveCount + 1,
    };
  }
}

function limitBytes(messages: readonly StoredMessage[], maxBytes: number): readonly StoredMessage[] {
  let sizeBytes = 0;
  const end = messages.findIndex(({ body }, index) => {
    sizeBytes += Buffer.byteLength(body);
    return index > 0 && sizeBytes > maxBytes;
  });
  return end === -1 ? messages : messages.slice(0, end);
}
