import {
  metricDimensions,
  metricNamespace,
  type PartnerMetric,
  partnerMetrics,
  type StageMetric,
  stageMetrics,
} from '../contract/events/metrics.ts';

/** Fields of the log line besides the numbers, for log queries. They are not dimensions and cost nothing. */
export type InvocationContext = Readonly<Record<string, string | number | undefined>>;

/** Records metrics. Zeros and undefined values are left out: CloudWatch bills each hour with a value. */
export interface Meter {
  readonly recordForStage: (
    values: Readonly<Partial<Record<StageMetric, number>>>,
    context?: InvocationContext,
  ) => void;
  readonly recordForPartner: (
    partner: string,
    values: Readonly<Partial<Record<PartnerMetric, number>>>,
  ) => void;
}

/** Writes each record as one line of the function's log, in CloudWatch's embedded metric format. */
export function openMeter(
  stage: string,
  { write, now }: { readonly write: (line: string) => void; readonly now: () => Date } = {
    write: (line) => void process.stdout.write(line),
    now: () => new Date(),
  },
): Meter {
  const record = (measured: Omit<MetricRecord, 'at'>) => {
    const line = metricLine({ ...measured, at: now() });
    if (line !== undefined) write(line);
  };
  return {
    recordForStage: (values, context = {}) => {
      const about = { ...context, stage };
      record({ values, units: stageMetrics, dimensions: metricDimensions.stage, about });
    },
    recordForPartner: (partner, values) => {
      const about = { stage, partner };
      record({ values, units: partnerMetrics, dimensions: metricDimensions.partner, about });
    },
  };
}

interface MetricRecord {
  readonly values: Readonly<Record<string, number | undefined>>;
  readonly units: Readonly<Record<string, string>>;
  /** Names of fields of `about`. */
  readonly dimensions: readonly string[];
  readonly about: InvocationContext;
  readonly at: Date;
}

/**
 * One line of the embedded metric format; undefined where there is nothing to record. Not the metrics library
 * of Powertools: it adds the dimension `service`, which splits one metric into one for each function.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function metricLine({ values, units, dimensions, about, at }: MetricRecord): string | undefined {
  const recorded = Object.entries(values).filter(([, value]) => value !== undefined && value !== 0);
  if (recorded.length === 0) return undefined;
  const Metrics = recorded.map(([Name]) => ({ Name, Unit: units[Name] ?? 'None' }));
  const directive = { Namespace: metricNamespace, Dimensions: [dimensions], Metrics };
  const document = {
    _aws: { Timestamp: at.getTime(), CloudWatchMetrics: [directive] },
    ...about,
    ...Object.fromEntries(recorded),
  };
  return `${JSON.stringify(document)}\n`;
}
