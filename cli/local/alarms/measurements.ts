import type { AlarmDefinition, MetricName, Statistic } from './alarm-definition.ts';
import type { Measure } from './measure.ts';

/** What lies after `from`, up to `to`. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

interface Series {
  /** For how long a value is of use to an alarm. */
  keptMs: number;
  values: { readonly atMs: number; readonly value: number }[];
}

/** The values of the metrics that alarms go by, each for as long as the longest of its alarms looks back; no others are kept. */
export class Measurements {
  readonly #series = new Map<string, Series>();

  constructor(alarms: readonly AlarmDefinition[]) {
    for (const { queries, periodSeconds, evaluationPeriods } of alarms) {
      const windowMs = periodSeconds * evaluationPeriods * 1000;
      for (const { metric } of queries) {
        const keptMs = Math.max(windowMs, this.#series.get(keyOf(metric))?.keptMs ?? 0);
        this.#series.set(keyOf(metric), { keptMs, values: [] });
      }
    }
  }

  /** Keeps the measure. @returns whether any alarm goes by it. */
  record({ metric, value, at }: Measure): boolean {
    const series = this.#series.get(keyOf(metric));
    if (series === undefined) return false;
    const atMs = at.getTime();
    const oldestMs = atMs - series.keptMs;
    const [oldest] = series.values;
    // Half of them may be too old, so that not each new value moves all others.
    if (oldest !== undefined && oldest.atMs < oldestMs - series.keptMs) {
      series.values = series.values.filter((each) => each.atMs >= oldestMs);
    }
    series.values.push({ atMs, value });
    return true;
  }

  /** The statistic of what was measured in that span; undefined where nothing was. */
  statistic(metric: MetricName, statistic: Statistic, { from, to }: Span): number | undefined {
    const values = (this.#series.get(keyOf(metric))?.values ?? [])
      .filter(({ atMs }) => atMs > from.getTime() && atMs <= to.getTime())
      .map(({ value }) => value);
    return values.length === 0 ? undefined : statisticOf(statistic, values);
  }
}

/** The order of the dimensions says nothing. */
function keyOf({ namespace, name, dimensions }: MetricName): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).toSorted()]);
}

function statisticOf(statistic: Statistic, values: readonly number[]): number {
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
