import type { EventBus } from '../events/event-bus.ts';
import type { EndedInvocation } from '../functions/functions.ts';
import type { Queue } from '../queues/queue.ts';
import type { Queues } from '../queues/queues.ts';
import type { Execution } from '../states/execution.ts';
import type { AlarmDefinition, MetricName } from './alarm-definition.ts';
import { measuresOfLine } from './embedded-metrics.ts';
import { type Datapoint, judgeAlarm, reasonText } from './judge-alarm.ts';
import { type Measure, measureOfQueue, measuresOfCall, measuresOfExecution } from './measure.ts';
import { Measurements } from './measurements.ts';
import { type AlarmStanding, stateChangeEvent } from './state-change-event.ts';

export interface AlarmsOptions {
  readonly definitions: readonly AlarmDefinition[];
  readonly queues: Pick<Queues, 'byName'>;
  readonly bus: Pick<EventBus, 'put'>;
  readonly now: () => Date;
}

/** As often as the service looks, where nothing happens. */
const restMs = 60_000;

/** So soon after something has happened. */
const promptMs = 2_000;

/**
 * The stage's alarms, as CloudWatch has them: by what the functions write into their logs, and by what the local stack itself does.
 * They are looked at when somebody asks, soon after something was measured, and once a minute. What was measured before this
 * program began is not known to them.
 */
export class Alarms {
  readonly #options: AlarmsOptions;
  readonly #measurements: Measurements;
  readonly #queues: readonly { readonly queue: Queue; readonly metric: MetricName }[];
  readonly #standings = new Map<string, AlarmStanding>();
  readonly #began: Date;
  readonly #everyMinute: NodeJS.Timeout;
  #soon: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: AlarmsOptions) {
    const { definitions, queues, now } = options;
    this.#options = options;
    this.#measurements = new Measurements(definitions);
    this.#began = now();
    this.#queues = definitions
      .flatMap((alarm) => alarm.queries)
      .flatMap(({ metric }) => {
        const queue =
          metric.namespace === 'AWS/SQS' ? queues.byName(metric.dimensions.QueueName ?? '') : undefined;
        return queue === undefined ? [] : [{ queue, metric }];
      });
    this.#everyMinute = setInterval(() => this.standings(), restMs).unref();
  }

  /** A function has been called. */
  onCall(ended: EndedInvocation): void {
    this.#record(measuresOfCall(ended, this.#options.now()));
  }

  /** A function has logged a line. */
  onLine(text: string): void {
    this.#record(measuresOfLine(text));
  }

  /** An execution has ended. */
  onExecution(execution: Execution): void {
    this.#record(measuresOfExecution(execution));
  }

  /** Looks at all alarms, and tells the bus of each that has changed its state. */
  standings(): readonly { readonly alarm: AlarmDefinition; readonly standing: AlarmStanding }[] {
    const { definitions, bus, now } = this.#options;
    this.#lookAtQueues();
    const at = now();
    return definitions.map((alarm) => {
      const before = this.#standings.get(alarm.name) ?? justCreated(this.#began);
      const found = this.#look(alarm, { at, since: this.#began });
      const standing = found.state === before.state ? before : { ...found, since: at };
      this.#standings.set(alarm.name, standing);
      if (standing !== before) bus.put(stateChangeEvent({ alarm, before, now: standing }));
      return { alarm, standing };
    });
  }

  /** The names of those that would ring if nothing had been measured before that time. */
  ringingSince(since: Date): readonly string[] {
    this.#lookAtQueues();
    const at = this.#options.now();
    return this.#options.definitions
      .filter((alarm) => this.#look(alarm, { at, since }).state === 'ALARM')
      .map(({ name }) => name);
  }

  /** Nothing is looked at any more. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#everyMinute);
    clearTimeout(this.#soon);
  }

  #record(measures: readonly Measure[]): void {
    const recorded = measures.filter((measure) => this.#measurements.record(measure));
    if (recorded.length === 0 || this.#isClosed) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.standings();
    }, promptMs).unref();
  }

  #lookAtQueues(): void {
    const at = this.#options.now();
    for (const { queue, metric } of this.#queues) {
      this.#measurements.record(measureOfQueue(queue, metric, at));
    }
  }

  #look(
    alarm: AlarmDefinition,
    { at, since }: { readonly at: Date; readonly since: Date },
  ): Omit<AlarmStanding, 'since'> {
    const datapoints = Array.from({ length: alarm.evaluationPeriods }, (_, back) =>
      this.#datapoint(alarm, { since, endMs: at.getTime() - back * alarm.periodSeconds * 1000 }),
    );
    return {
      state: judgeAlarm(alarm, datapoints),
      reason: reasonText(alarm, datapoints),
      datapoints: datapoints.filter((each) => typeof each === 'number'),
    };
  }

  /** The largest value of the alarm's metrics in the period that ends then. */
  #datapoint(
    { queries, periodSeconds }: AlarmDefinition,
    { since, endMs }: { readonly since: Date; readonly endMs: number },
  ): Datapoint {
    const startMs = endMs - periodSeconds * 1000;
    // What is measured in the very millisecond of `since` counts.
    const from = new Date(Math.max(startMs, since.getTime() - 1));
    const values = queries
      .map(({ metric, statistic }) =>
        this.#measurements.statistic(metric, statistic, { from, to: new Date(endMs) }),
      )
      .filter((value) => value !== undefined);
    if (values.length > 0) return Math.max(...values);
    return startMs < since.getTime() ? 'unknown' : 'missing';
  }
}

function justCreated(since: Date): AlarmStanding {
  return { state: 'INSUFFICIENT_DATA', reason: 'The alarm has just been created.', datapoints: [], since };
}
