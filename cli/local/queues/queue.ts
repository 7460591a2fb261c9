import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Deduplication } from './deduplication.ts';
import type { MessageCounts, MessageStore } from './message-store.ts';
import type { QueueDefinition } from './queue-definition.ts';
import { isInFlight, type NewMessage, type StoredMessage } from './stored-message.ts';
import { Wakeups } from './wakeups.ts';

export interface QueueParts {
  readonly store: MessageStore;
  readonly deduplication: Deduplication;
  readonly now: () => Date;
  /** The queue for what was received too often. */
  readonly deadLetters: Queue | undefined;
}

export interface ReceiveOptions {
  readonly limit: number;
  /** The bodies together are no longer than this, unless the first alone is. */
  readonly maxBytes: number;
  /** For so long from now nobody else receives them, unless they are deleted or their visibility is changed. */
  readonly hiddenMs: number;
  /** Held messages stay in flight until `letGo`, also when they would be visible again. */
  readonly isHeld: boolean;
  /** `one`: all of one message group. */
  readonly groups: 'one' | 'any';
}

/** What became of a message that was sent: its own identity, or that of the message it repeats. */
export interface Sent {
  readonly messageId: string;
  readonly sequence: number;
}

/** A message that was received, with the receipt by which it is deleted. */
export interface ReceivedMessage extends StoredMessage {
  readonly receipt: string;
}

/** One queue: who gets which message when. Every change is on disk when its method returns. */
export class Queue {
  readonly definition: QueueDefinition;
  readonly #parts: QueueParts;
  readonly #wakeups = new Wakeups();

  constructor(definition: QueueDefinition, parts: QueueParts) {
    this.definition = definition;
    this.#parts = parts;
  }

  /** Takes a message, unless a FIFO queue has had it within five minutes. */
  send(message: NewMessage, { delayMs }: { readonly delayMs: number }): Sent {
    const { store } = this.#parts;
    const now = this.#parts.now();
    const sent = store.transaction(() => this.#repeated(message, now) ?? this.#add(message, now, delayMs));
    this.#wakeups.wake();
    return sent;
  }

  /**
   * Takes messages into flight: from a standard queue any that are visible; from a FIFO queue the first ones of groups that have
   * none in flight, in their order. What was received too often goes to the dead-letter queue instead.
   */
  receive(options: ReceiveOptions): readonly ReceivedMessage[] {
    return this.#receive(options, this.#parts.now());
  }

  /** Waits for messages to receive; none at the deadline, or when the signal is aborted. */
  async receiveNext(
    options: ReceiveOptions,
    { until, signal }: { readonly until?: Date; readonly signal: AbortSignal },
  ): Promise<readonly ReceivedMessage[]> {
    while (!signal.aborted) {
      const now = this.#parts.now();
      const received = this.#receive(options, now);
      if (received.length > 0 || (until !== undefined && until <= now)) return received;
      // After the time of that look: a message that became visible since shall not be slept over.
      const times = [this.#parts.store.nextVisible(this.#name, now), until].filter(
        (time) => time !== undefined,
      );
      const sleepMs = Math.min(...times.map((time) => time.getTime() - now.getTime()));
      await this.#wakeups.wait({ sleepMs, signal });
    }
    return [];
  }

  /** The message of the receipt; undefined where it has been deleted. It may have been received again since. */
  find(sequence: number): StoredMessage | undefined {
    return this.#parts.store.find(this.#name, sequence);
  }

  isInFlight(message: StoredMessage): boolean {
    return isInFlight(message, this.#parts.now());
  }

  remove(sequence: number): void {
    this.#parts.store.remove(sequence);
    this.#wakeups.wake();
  }

  /** Sets from when on a message in flight is visible again. */
  hide(sequence: number, hiddenMs: number): void {
    this.#parts.store.setVisibleFrom(sequence, new Date(this.#parts.now().getTime() + hiddenMs));
    this.#wakeups.wake();
  }

  /** Ends the hold on messages: those that were not deleted are visible as soon as their time has come. */
  letGo(messages: readonly ReceivedMessage[]): void {
    const { store } = this.#parts;
    store.transaction(() => {
      for (const { sequence } of messages) store.letGo(sequence);
    });
    this.#wakeups.wake();
  }

  purge(): void {
    this.#parts.store.removeAll(this.#name);
  }

  counts(): MessageCounts {
    return this.#parts.store.counts(this.#name, this.#parts.now());
  }

  /** When the oldest message was sent, in flight or not; undefined where there is none. */
  oldestSent(): Date | undefined {
    return this.#parts.store.oldestSent(this.#name);
  }

  /** Everything that is in the queue and not in flight, in the order in which it was sent. */
  waiting(): readonly StoredMessage[] {
    return this.#parts.store.ofQueue(this.#name).filter((message) => !this.isInFlight(message));
  }

  /** Takes a dead letter back as a new message: it counts anew, and no deduplication holds it off. */
  takeBack(message: StoredMessage): void {
    const { store } = this.#parts;
    const now = this.#parts.now();
    store.transaction(() => {
      store.remove(message.sequence);
      store.add({ queue: this.#name, id: randomUUID(), message, sent: now, visibleFrom: now });
    });
    this.#wakeups.wake();
  }

  /** Lets everybody look who waits for a change. */
  wake(): void {
    this.#wakeups.wake();
  }

  get #name(): string {
    return this.definition.name;
  }

  #receive(options: ReceiveOptions, now: Date): readonly ReceivedMessage[] {
    const { store, deadLetters } = this.#parts;
    const { received, given } = store.transaction(() => {
      store.removeOlder(this.#name, new Date(now.getTime() - this.definition.retentionSeconds * 1000));
      const given = this.#giveUp(now);
      const visible =
        this.definition.fifo === undefined
          ? store.visible(this.#name, now, options.limit)
          : this.#firsts(options, now);
      const chosen = withinBytes(visible, options.maxBytes);
      return { given, received: chosen.map((message) => this.#markReceived(message, options, now)) };
    });
    if (given > 0) deadLetters?.wake();
    return received;
  }

  #repeated(message: NewMessage, now: Date): Sent | undefined {
    const key = this.#deduplicationKey(message);
    return key === undefined ? undefined : this.#parts.deduplication.find(key, now);
  }

  #add(message: NewMessage, now: Date, delayMs: number): Sent {
    const { store, deduplication } = this.#parts;
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

  /** Moves to the dead-letter queue what is visible once more after its last receive. Returns how many were moved. */
  #giveUp(now: Date): number {
    const { redrive, arn } = this.definition;
    const { store, deadLetters } = this.#parts;
    if (redrive === undefined || deadLetters === undefined) return 0;
    const spent = store.spent(this.#name, redrive.maxReceiveCount, now);
    for (const sequence of spent) {
      store.moveToDeadLetters(sequence, { queue: deadLetters.definition.name, sourceArn: arn, now });
    }
    return spent.length;
  }

  #firsts({ limit, groups }: ReceiveOptions, now: Date): readonly StoredMessage[] {
    const { store } = this.#parts;
    const chosen: StoredMessage[] = [];
    for (const group of store.freeGroups(this.#name, now)) {
      const first = store.ofGroup(this.#name, group, limit - chosen.length);
      const late = first.findIndex(({ visibleFrom }) => visibleFrom > now);
      chosen.push(...(late === -1 ? first : first.slice(0, late)));
      if (chosen.length >= limit || (groups === 'one' && chosen.length > 0)) break;
    }
    return chosen;
  }

  #markReceived(message: StoredMessage, { hiddenMs, isHeld }: ReceiveOptions, now: Date): ReceivedMessage {
    // The sequence leads to the message, the random part tells this receive from any other.
    const receipt = `${message.sequence}.${randomBytes(18).toString('base64url')}`;
    const visibleFrom = new Date(now.getTime() + hiddenMs);
    this.#parts.store.markReceived(message.sequence, { receipt, now, visibleFrom, isHeld });
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

function withinBytes(messages: readonly StoredMessage[], maxBytes: number): readonly StoredMessage[] {
  let sizeBytes = 0;
  const tooMany = messages.findIndex(({ body }, index) => {
    sizeBytes += Buffer.byteLength(body);
    return index > 0 && sizeBytes > maxBytes;
  });
  return tooMany === -1 ? messages : messages.slice(0, tooMany);
}
