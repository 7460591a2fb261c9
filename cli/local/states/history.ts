/** One event of an execution, with its details under the name that the service's API gives them. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: Date;
  readonly type: string;
  readonly details: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
}

/**
 * The service ends an execution at this many events, and so does the interpreter: a loop that would die there in
 * production shall not run for ever here. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
const maxHistoryEvents = 25_000;

/** What happened in one execution, in order. */
export class History {
  readonly events: HistoryEvent[] = [];
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  get isFull(): boolean {
    return this.events.length >= maxHistoryEvents;
  }

  /** Adds `TaskStateEntered` with `{ stateEnteredEventDetails: { name, input } }`, and the like. */
  add(type: string, details: HistoryEvent['details'] = {}): void {
    const previousEventId = this.events.length;
    this.events.push({ id: previousEventId + 1, previousEventId, timestamp: this.#now(), type, details });
  }
}
