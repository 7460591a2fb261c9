import type { AlarmDefinition, MetricName, Statistic } from './alarm-definition.ts';
import type { Measure } from './measure.ts';

/** After `from`, up to and including `to`. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

interface Series {
  /** How long an alarm needs a value. */
  keptMs: number;
  values: { readonly atMs: number; readonly value: number }[];
}

/** The values of the metrics that alarms use, each for as long as its longest alarm looks back. */
export class Measurements {
  readonly #series = new Map<string, Series>();

  constructor(alarms: readonly AlarmDefinition[]) {
    for (const { queries, periodSeconds, evaluationPeriods } of alarms) {
      const windowMs = periodSeconds * evaluationPeriods * 1000;
      for (const { metric } of queries) {
        const keptMs = Math.max(windowMs, this.#series.get(metricKey(metric))?.keptMs ?? 0);
        this.#series.set(metricKey(metric), { keptMs, values: [] });
      }
    }
  }

  /** Keeps the value if an alarm uses the metric, and returns whether one does. */
  record({ metric, value, at }: Measure): boolean {
    const series = this.#series.get(metricKey(metric));
    if (series === undefined) return false;
    const atMs = at.getTime();
    const oldestMs = atMs - series.keptMs;
    const [oldest] = series.values;
    // Up to half of the values may be too old, so that not every new value copies the array.
    if (oldest !== undefined && oldest.atMs < oldestMs - series.keptMs) {
      series.values = series.values.filter((each) => each.atMs >= oldestMs);
    }
    series.values.push({ atMs, value });
    return true;
  }

  /** The statistic of the values in the span; undefined when there are none. */
  statistic(metric: MetricName, statistic: Statistic, { from, to }: Span): number | undefined {
    const values = (this.#series.get(metricKey(metric))?.values ?? [])
      .filter(({ atMs }) => atMs > from.getTime() && atMs <= to.getTime())
      .map(({ value }) => value);
    return values.length === 0 ? undefined : computeStatistic(statistic, values);
  }
}

/** Independent of the order of the dimensions. */
function metricKey({ namespace, name, dimensions }: MetricName): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).toSorted()]);
}

function computeStatistic(statistic: Statistic, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'Maximum':
      return values.reduce((largest, value) => Math.max(largest, value));
    case 'Minimum':
      return values.reduce((least, value) => Math.min(least, value));
    case 'Average':
      return sum / values.length;
    case 'SampleCount':
      return values.length;
    default:
      return statistic satisfies never;
  }
}
