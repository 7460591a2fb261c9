import type { LogLine } from './log-line.ts';

/** The lines of one run, wherever its functions wrote them. */
export interface LogSource {
  /** What people call it. */
  readonly place: string;
  /** What has come since the last call, all functions' lines in order of time. */
  news(): AsyncIterable<LogLine>;
}
