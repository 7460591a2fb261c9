import {
  type CloudWatchLogsClient,
  type FilteredLogEvent,
  paginateFilterLogEvents,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { logGroupName, pullSteps } from '../../lambdas/contract/names.ts';
import { type LogLine, parseLogLine } from './log-line.ts';
import type { LogSource } from './log-source.ts';

/** A line may be found so much later than it was written, and behind others that were written after it. */
const latenessMs = 60_000;

/** Lambda's clocks and Step Functions', by which the run is named, need not agree. */
const clockSkewMs = 60_000;

/** The log groups of a deployed stage. */
export function cloudWatchLogs(
  client: CloudWatchLogsClient,
  { stage, run }: { readonly stage: string; readonly run: string },
): LogSource {
  const groups = pullSteps.map((step) => new LogGroup(client, logGroupName(stage, step), run));
  return {
    place: `the log groups of the stage ${stage}`,
    news: () => inOrderOfTime(groups.map((group) => group.news())),
  };
}

class LogGroup {
  readonly #client: CloudWatchLogsClient;
  readonly #name: string;
  readonly #run: string;
  #fromMs: number;
  /** Lines that were given, by id, with their times: what is younger than that is asked for again. */
  readonly #given = new Map<string, number>();

  constructor(client: CloudWatchLogsClient, name: string, run: string) {
    this.#client = client;
    this.#name = name;
    this.#run = run;
    this.#fromMs = startOf(run) - clockSkewMs;
  }

  async *news(): AsyncGenerator<LogLine> {
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
      // A function that was never called may have no log group yet.
      if (!(cause instanceof ResourceNotFoundException)) throw cause;
    }
    this.#forgetOld();
  }

  #take({ eventId = '', timestamp = 0, message = '' }: FilteredLogEvent): LogLine | undefined {
    if (this.#given.has(eventId)) return undefined;
    this.#given.set(eventId, timestamp);
    return parseLogLine(message, this.#run);
  }

  #forgetOld(): void {
    const newest = [...this.#given.values()].reduce((latest, ms) => Math.max(latest, ms), 0);
    this.#fromMs = Math.max(this.#fromMs, newest - latenessMs);
    for (const [id, ms] of this.#given) if (ms < this.#fromMs) this.#given.delete(id);
  }
}

/** Several sources, each in order, as one in order; of each no more than a page is held. */
async function* inOrderOfTime(sources: readonly AsyncGenerator<LogLine>[]): AsyncGenerator<LogLine> {
  const heads = await Promise.all(sources.map(async (source) => ({ source, next: await source.next() })));
  for (;;) {
    const open = heads.filter(({ next }) => next.done !== true);
    const [first] = open.toSorted((a, b) => (timeOf(a.next) < timeOf(b.next) ? -1 : 1));
    if (first === undefined || first.next.done === true) return;
    yield first.next.value;
    first.next = await first.source.next();
  }
}

function timeOf(next: IteratorResult<LogLine>): string {
  return next.done === true ? '' : next.value.time;
}

/** A run is named after the second in which it began: `20261120T021500Z-1f3a9c04`. */
function startOf(run: string): number {
  return Date.parse(run.slice(0, 16).replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'));
}
