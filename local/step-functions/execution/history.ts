/** One event of an execution, with its details under their name in the service's API. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: Date;
  readonly type: string;
  readonly details: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
}

/**
 * The service ends an execution at this many events, and so does the interpreter: an endless loop must not
 * run forever here.
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
const maxHistoryEvents = 25_000;

/** The events of one execution, in order. */
export class History {
  readonly events: HistoryEvent[] = [];
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  get isFull(): boolean {
    return this.events.length >= maxHistoryEvents;
  }

  /** @example add('TaskStateEntered', { stateEnteredEventDetails: { name, input } }) */
  add(type: string, details: HistoryEvent['details'] = {}): void {
    const previousEventId = this.events.length;
    this.events.push({ id: previousEventId + 1, previousEventId, timestamp: this.#now(), type, details });
  }
}
