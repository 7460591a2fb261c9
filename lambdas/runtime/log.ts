/** What is said beside the message, by name; each becomes a key of the line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A function's log: a line of JSON a call, with the run, partner and flow that the invocation works on. */
export interface Log {
  info(message: string, ...fields: LogFields[]): void;
  warn(message: string, ...fields: LogFields[]): void;
  error(message: string, ...fields: LogFields[]): void;
}

/** The log of one invocation of a step, which ends with one line of what it did. */
export interface StepLog extends Pick<Log, 'warn' | 'error'> {
  /** Adds to that line. */
  tell(fields: LogFields): void;
}
