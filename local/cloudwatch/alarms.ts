import type { EventBus } from '../eventbridge/event-bus.ts';
import type { EndedInvocation } from '../lambda/functions.ts';
import type { Queue } from '../sqs/queue.ts';
import type { Queues } from '../sqs/queues.ts';
import type { Execution } from '../step-functions/execution/execution.ts';
import type { AlarmDefinition, MetricName } from './alarm-definition.ts';
import { lineMeasures } from './embedded-metrics.ts';
import { type Datapoint, evaluateAlarm, stateReason } from './evaluate-alarm.ts';
import { executionMeasures, invocationMeasures, type Measure, queueMeasure } from './measure.ts';
import { Measurements } from './measurements.ts';
import { type AlarmStatus, stateChangeEvent } from './state-change-event.ts';

export interface AlarmsOptions {
  readonly definitions: readonly AlarmDefinition[];
  readonly queues: Pick<Queues, 'byName'>;
  readonly bus: Pick<EventBus, 'put'>;
  readonly now: () => Date;
}

/** The interval of evaluations in the service. */
const evaluationIntervalMs = 60_000;

/** The delay of an evaluation after a new value. */
const evaluationDelayMs = 2_000;

/**
 * The alarms of the stage, as in CloudWatch. They use the metrics that functions write to their logs, and
 * those that the local stack measures. They are evaluated for DescribeAlarms, shortly after a new value, and
 * once a minute. Values from before the start of the local stack are not known.
 */
export class Alarms {
  readonly #options: AlarmsOptions;
  readonly #measurements: Measurements;
  readonly #queues: readonly { readonly queue: Queue; readonly metric: MetricName }[];
  readonly #statuses = new Map<string, AlarmStatus>();
  readonly #started: Date;
  readonly #interval: NodeJS.Timeout;
  #pending: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: AlarmsOptions) {
    const { definitions, queues, now } = options;
    this.#options = options;
    this.#measurements = new Measurements(definitions);
    this.#started = now();
    this.#queues = definitions
      .flatMap((alarm) => alarm.queries)
      .flatMap(({ metric }) => {
        const queue =
          metric.namespace === 'AWS/SQS' ? queues.byName(metric.dimensions.QueueName ?? '') : undefined;
        return queue === undefined ? [] : [{ queue, metric }];
      });
    this.#interval = setInterval(() => this.evaluate(), evaluationIntervalMs).unref();
  }

  /** Records an invocation. */
  onInvocation(ended: EndedInvocation): void {
    this.#record(invocationMeasures(ended, this.#options.now()));
  }

  /** Records the metrics in a line of a function's log. */
  onLine(text: string): void {
    this.#record(lineMeasures(text));
  }

  /** Records an execution that has ended. */
  onExecution(execution: Execution): void {
    this.#record(executionMeasures(execution));
  }

  /** Evaluates all alarms and puts an event on the bus for each state change. */
  evaluate(): readonly { readonly alarm: AlarmDefinition; readonly status: AlarmStatus }[] {
    const { definitions, bus, now } = this.#options;
    this.#measureQueues();
    const at = now();
    return definitions.map((alarm) => {
      const before = this.#statuses.get(alarm.name) ?? initialStatus(this.#started);
      const found = this.#evaluateAlarm(alarm, { at, since: this.#started });
      const status = found.state === before.state ? before : { ...found, since: at };
      this.#statuses.set(alarm.name, status);
      if (status !== before) bus.put(stateChangeEvent({ alarm, before, now: status }));
      return { alarm, status };
    });
  }

  /** The names of the alarms that would be in ALARM if nothing had been measured before `since`. */
  activeSince(since: Date): readonly string[] {
    this.#measureQueues();
    const at = this.#options.now();
    return this.#options.definitions
      .filter((alarm) => this.#evaluateAlarm(alarm, { at, since }).state === 'ALARM')
      .map(({ name }) => name);
  }

  /** Stops evaluating. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#interval);
    clearTimeout(this.#pending);
  }

  #record(measures: readonly Measure[]): void {
    const recorded = measures.filter((measure) => this.#measurements.record(measure));
    if (recorded.length === 0 || this.#isClosed) return;
    this.#pending ??= setTimeout(() => {
      this.#pending = undefined;
      this.evaluate();
    }, evaluationDelayMs).unref();
  }

  #measureQueues(): void {
    const at = this.#options.now();
    for (const { queue, metric } of this.#queues) {
      this.#measurements.record(queueMeasure(queue, metric, at));
    }
  }

  #evaluateAlarm(
    alarm: AlarmDefinition,
    { at, since }: { readonly at: Date; readonly since: Date },
  ): Omit<AlarmStatus, 'since'> {
    const datapoints = Array.from({ length: alarm.evaluationPeriods }, (_, back) =>
      this.#datapoint(alarm, { since, endMs: at.getTime() - back * alarm.periodSeconds * 1000 }),
    );
    return {
      state: evaluateAlarm(alarm, datapoints),
      reason: stateReason(alarm, datapoints),
      datapoints: datapoints.filter((each) => typeof each === 'number'),
    };
  }

  /** The maximum of the alarm's metrics in the period that ends at `endMs`. */
  #datapoint(
    { queries, periodSeconds }: AlarmDefinition,
    { since, endMs }: { readonly since: Date; readonly endMs: number },
  ): Datapoint {
    const startMs = endMs - periodSeconds * 1000;
    // Includes what was measured in the millisecond of `since`.
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

function initialStatus(since: Date): AlarmStatus {
  return { state: 'INSUFFICIENT_DATA', reason: 'The alarm has just been created.', datapoints: [], since };
}
