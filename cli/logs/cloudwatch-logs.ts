import {
  type CloudWatchLogsClient,
  type FilteredLogEvent,
  paginateFilterLogEvents,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { logGroupName, pullSteps } from '../../lambdas/contract/names.ts';
import { type LogLine, parseLogLine } from './log-line.ts';
import type { LogSource } from './log-source.ts';

/** CloudWatch Logs may return a line this late, and after lines that were written later. */
const maxDelayMs = 60_000;

/** Between the clocks of Lambda and of Step Functions, which names the run. */
const maxClockSkewMs = 60_000;

/** The lines of a run in the log groups of a deployed stage. */
export function cloudWatchLogs(
  client: CloudWatchLogsClient,
  { stage, run }: { readonly stage: string; readonly run: string },
): LogSource {
  const groups = pullSteps.map((step) => new LogGroup(client, logGroupName(stage, step), run));
  return {
    place: `the log groups of the stage ${stage}`,
    newLines: () => mergeByTime(groups.map((group) => group.newLines())),
  };
}

class LogGroup {
  readonly #client: CloudWatchLogsClient;
  readonly #name: string;
  readonly #run: string;
  #fromMs: number;
  /** Times of the lines that were returned, by ID: later reads return the youngest of them again. */
  readonly #returned = new Map<string, number>();

  constructor(client: CloudWatchLogsClient, name: string, run: string) {
    this.#client = client;
    this.#name = name;
    this.#run = run;
    this.#fromMs = runStartMs(run) - maxClockSkewMs;
  }

  async *newLines(): AsyncGenerator<LogLine> {
    const request = {
      logGroupName: this.#name,
      startTime: this.#fromMs,
      filterPattern: `{ $.run = "${this.#run}" }`,
    };
    try {
      for await (const { events = [] } of paginateFilterLogEvents({ client: this.#client }, request)) {
        for (const event of events) {
          const line = this.#take(event);
          if (line !== undefined) yield line;
        }
      }
    } catch (cause) {
      // A function that was never called may have no log group.
      if (!(cause instanceof ResourceNotFoundException)) throw cause;
    }
    this.#forgetOld();
  }

  #take({ eventId = '', timestamp = 0, message = '' }: FilteredLogEvent): LogLine | undefined {
    if (this.#returned.has(eventId)) return undefined;
    this.#returned.set(eventId, timestamp);
    return parseLogLine(message, this.#run);
  }

  #forgetOld(): void {
    const newest = [...this.#returned.values()].reduce((latest, ms) => Math.max(latest, ms), 0);
    this.#fromMs = Math.max(this.#fromMs, newest - maxDelayMs);
    for (const [id, ms] of this.#returned) if (ms < this.#fromMs) this.#returned.delete(id);
  }
}

/** Merges sources that are each in order of time. Holds one page of each. */
async function* mergeByTime(sources: readonly AsyncGenerator<LogLine>[]): AsyncGenerator<LogLine> {
  const heads = await Promise.all(sources.map(async (source) => ({ source, next: await source.next() })));
  for (;;) {
    const open = heads.filter(({ next }) => next.done !== true);
    const [first] = open.toSorted((a, b) => (lineTime(a.next) < lineTime(b.next) ? -1 : 1));
    if (first === undefined || first.next.done === true) return;
    yield first.next.value;
    first.next = await first.source.next();
  }
}

function lineTime(next: IteratorResult<LogLine>): string {
  return next.done === true ? '' : next.value.time;
}

/** A run ID starts with the time of the run's start: `20261120T021500Z-1f3a9c04`. */
function runStartMs(run: string): number {
  return Date.parse(run.slice(0, 16).replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'));
}
