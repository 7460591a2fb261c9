import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { paginateListExecutions, type SFNClient } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { EndedInvocation } from '../../../cli/local/functions/functions.ts';
import type { AlarmDefinition, MetricName } from './alarm-definitions.ts';

const metricLineSchema = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

export interface AlarmSources {
  readonly logsFolder: string;
  readonly executions: SFNClient;
  /** Of all functions, in the order in which they ended; it grows. */
  readonly invocations: readonly (EndedInvocation & { readonly at: Date })[];
}

/**
 * Says which alarms of the template would ring: by our own metrics in the functions' logs, as CloudWatch reads them there, and for
 * AWS's metrics by what the local stack does, which is what AWS counts.
 */
export class TestAlarms {
  readonly #alarms: readonly AlarmDefinition[];
  readonly #sources: AlarmSources;
  readonly #queues = new SQSClient({});
  /** Since when a queue was never seen empty, in milliseconds since 1970. */
  readonly #filledSince = new Map<string, number>();

  constructor(alarms: readonly AlarmDefinition[], sources: AlarmSources) {
    this.#alarms = alarms;
    this.#sources = sources;
  }

  get names(): readonly string[] {
    return this.#alarms.map(({ name }) => name);
  }

  /** The names of those that ring by what has happened since then. */
  async ringing(since: Date): Promise<readonly string[]> {
    const names: string[] = [];
    for (const alarm of this.#alarms) if (await this.#rings(alarm, since)) names.push(alarm.name);
    return names;
  }

  async #rings(alarm: AlarmDefinition, since: Date): Promise<boolean> {
    const values: number[] = [];
    for (const { metric, statistic } of alarm.series) {
      const points = await this.#pointsOf(metric, since);
      if (points.length > 0) values.push(statisticOf(statistic, points));
    }
    if (values.length === 0) return alarm.isSilenceWrong;
    const value = Math.max(...values);
    return alarm.isLowWrong ? value < alarm.threshold : value >= alarm.threshold;
  }

  async #pointsOf(metric: MetricName, since: Date): Promise<readonly number[]> {
    switch (metric.Namespace) {
      case 'FtpsSync':
        return this.#own(metric, since);
      case 'AWS/Lambda':
        return this.#ofFunction(metric, since);
      case 'AWS/States':
        return this.#ofMachine(metric, since);
      case 'AWS/SQS':
        return [await this.#ofQueue(metric)];
      default:
        throw new Error(`No test knows the metrics of ${metric.Namespace}`);
    }
  }

  /** Only a metric with the very dimensions of the alarm is the alarm's. */
  #own({ Namespace, MetricName: name, Dimensions }: MetricName, since: Date): readonly number[] {
    return metricLines(this.#sources.logsFolder)
      .filter(({ _aws }) => _aws.Timestamp >= since.getTime())
      .flatMap((line) =>
        line._aws.CloudWatchMetrics.filter((directive) => directive.Namespace === Namespace)
          .filter(({ Metrics }) => Metrics.some((each) => each.Name === name))
          .filter((directive) =>
            directive.Dimensions.some(
              (names) =>
                names.length === Dimensions.length &&
                Dimensions.every((each) => names.includes(each.Name) && line[each.Name] === each.Value),
            ),
          )
          .map(() => Number(line[name])),
      );
  }

  #ofFunction({ MetricName: name, Dimensions }: MetricName, since: Date): readonly number[] {
    const calls = this.#sources.invocations.filter(
      ({ at, functionName }) => at >= since && Dimensions.every(({ Value }) => Value === functionName),
    );
    const begun = calls.filter(({ end }) => end !== 'throttled');
    switch (name) {
      case 'Duration':
        return begun.map(({ durationMs }) => durationMs);
      case 'Invocations':
        return begun.map(() => 1);
      case 'Errors':
        return begun.map(({ end }) => (end === 'failed' ? 1 : 0));
      case 'Throttles':
        return calls.map(({ end }) => (end === 'throttled' ? 1 : 0));
      default:
        throw new Error(`No test knows AWS/Lambda ${name}`);
    }
  }

  async #ofMachine({ MetricName: name, Dimensions }: MetricName, since: Date): Promise<readonly number[]> {
    const statusFilter = ({ ExecutionsFailed: 'FAILED', ExecutionsTimedOut: 'TIMED_OUT' } as const)[
      z.enum(['ExecutionsFailed', 'ExecutionsTimedOut']).parse(name)
    ];
    const [{ Value: stateMachineArn } = { Value: '' }] = Dimensions;
    const ended: number[] = [];
    const pages = paginateListExecutions(
      { client: this.#sources.executions },
      { stateMachineArn, statusFilter },
    );
    for await (const { executions = [] } of pages) {
      ended.push(
        ...executions.filter(({ stopDate }) => stopDate !== undefined && stopDate >= since).map(() => 1),
      );
    }
    return ended;
  }

  /** Its messages, or for how long it was not seen empty, in seconds. */
  async #ofQueue({ MetricName: name, Dimensions }: MetricName): Promise<number> {
    const [{ Value: QueueName } = { Value: '' }] = Dimensions;
    const { QueueUrl } = await this.#queues.send(new GetQueueUrlCommand({ QueueName }));
    const { Attributes = {} } = await this.#queues.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    const visible = Number(Attributes.ApproximateNumberOfMessages);
    if (name === 'ApproximateNumberOfMessagesVisible') return visible;
    const all = visible + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
    const now = Date.now();
    if (all === 0) this.#filledSince.delete(QueueName);
    else if (!this.#filledSince.has(QueueName)) this.#filledSince.set(QueueName, now);
    return (now - (this.#filledSince.get(QueueName) ?? now)) / 1000;
  }
}

function metricLines(logsFolder: string): readonly z.infer<typeof metricLineSchema>[] {
  return readdirSync(logsFolder)
    .flatMap((name) => readFileSync(join(logsFolder, name), 'utf8').split('\n'))
    .filter((line) => line.includes('"CloudWatchMetrics"'))
    .map((line) => metricLineSchema.parse(JSON.parse(line)));
}

function statisticOf(statistic: string, points: readonly number[]): number {
  const sum = points.reduce((total, point) => total + point, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'Maximum':
      return Math.max(...points);
    case 'Average':
      return sum / points.length;
    default:
      throw new Error(`No test knows the statistic ${statistic}`);
  }
}
