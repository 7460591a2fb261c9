import {
  metricDimensions,
  metricNamespace,
  type PartnerMetric,
  partnerMetrics,
  type StageMetric,
  stageMetrics,
} from '../contract/metrics.ts';

/** What is told beside the numbers, to be searched for in the log. It costs no metric. */
export type Circumstances = Readonly<Record<string, string | number | undefined>>;

/** Counts for a stage: each call is a line of the function's log, from which CloudWatch makes the metrics. A zero is not told. */
export interface Meter {
  readonly ofStage: (
    values: Readonly<Partial<Record<StageMetric, number>>>,
    circumstances?: Circumstances,
  ) => void;
  readonly ofPartner: (partner: string, values: Readonly<Partial<Record<PartnerMetric, number>>>) => void;
}

/** Writes metrics as lines of the log, from which CloudWatch takes them (embedded metric format). */
export function openMeter(
  stage: string,
  { write, now }: { readonly write: (line: string) => void; readonly now: () => Date } = {
    write: (line) => void process.stdout.write(line),
    now: () => new Date(),
  },
): Meter {
  const tell = (measured: Omit<Measured, 'at'>) => {
    const line = metricLine({ ...measured, at: now() });
    if (line !== undefined) write(line);
  };
  return {
    ofStage: (values, circumstances = {}) => {
      const about = { ...circumstances, stage };
      tell({ values, units: stageMetrics, dimensions: metricDimensions.stage, about });
    },
    ofPartner: (partner, values) => {
      const about = { stage, partner };
      tell({ values, units: partnerMetrics, dimensions: metricDimensions.partner, about });
    },
  };
}

interface Measured {
  readonly values: Readonly<Record<string, number | undefined>>;
  readonly units: Readonly<Record<string, string>>;
  /** Keys of `about`. */
  readonly dimensions: readonly string[];
  readonly about: Circumstances;
  readonly at: Date;
}

/**
 * A line in CloudWatch's embedded metric format. The metrics library of Powertools would give each metric the further dimension
 * `service`, which splits what belongs together.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function metricLine({ values, units, dimensions, about, at }: Measured): string | undefined {
  const told = Object.entries(values).filter(([, value]) => value !== undefined && value !== 0);
  if (told.length === 0) return undefined;
  const Metrics = told.map(([Name]) => ({ Name, Unit: units[Name] ?? 'None' }));
  const directive = { Namespace: metricNamespace, Dimensions: [dimensions], Metrics };
  const document = {
    _aws: { Timestamp: at.getTime(), CloudWatchMetrics: [directive] },
    ...about,
    ...Object.fromEntries(told),
  };
  return `${JSON.stringify(document)}\n`;
}
