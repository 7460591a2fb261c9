import { Logger } from '@aws-lambda-powertools/logger';
import type { FunctionName } from '../contract/names.ts';

/** Values besides the message; each becomes a key of the log line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A function's log: one JSON line for each call, with the partner, flow and run of the invocation. */
export interface Log {
  info(message: string, ...fields: LogFields[]): void;
  warn(message: string, ...fields: LogFields[]): void;
  error(message: string, ...fields: LogFields[]): void;
}

/** The log of one invocation of a step, which ends with one summary line. */
export interface StepLog extends Pick<Log, 'warn' | 'error'> {
  /** Adds fields to the summary line; a field that is already there is replaced. */
  summarize(fields: LogFields): void;
}

/** A log for what outlives an invocation: its lines have no partner, flow or run. */
export function openLog(serviceName: FunctionName): Log {
  return new Logger({ serviceName });
}
