import type { LogLine } from './log-line.ts';

/** The log lines of one run. */
export interface LogSource {
  /** For messages. */
  readonly place: string;
  /** The lines since the previous call, of all functions, in order of time. */
  newLines(): AsyncIterable<LogLine>;
}
