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

/** Counts for a stage: each call is a line of the function's log, from which CloudWatch makes the metrics. */
export interface Meter {
  readonly ofStage: (
    values: Readonly<Partial<Record<StageMetric, number>>>,
    circumstances?: Circumstances,
  ) => void;
  readonly ofPartner: (partner: string, values: Readonly<Partial<Record<PartnerMetric, number>>>) => void;
}

export function openMeter(
  stage: string,
  { write, now }: { readonly write: (line: string) => void; readonly now: () => Date } = {
    write: (line) => void process.stdout.write(line),
    now: () => new Date(),
  },
): Meter {
  return {
    ofStage: (values, circumstances = {}) => {
      const about = { ...circumstances, stage };
      write(
        metricLine({ values, units: stageMetrics, dimensions: metricDimensions.stage, about, at: now() }),
      );
    },
    ofPartner: (partner, values) => {
      const about = { stage, partner };
      write(
        metricLine({ values, units: partnerMetrics, dimensions: metricDimensions.partner, about, at: now() }),
      );
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
function metricLine({ values, units, dimensions, about, at }: Measured): string {
  const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: units[Name] ?? 'None' }));
  const directive = { Namespace: metricNamespace, Dimensions: [dimensions], Metrics };
  const document = {
    _aws: { Timestamp: at.getTime(), CloudWatchMetrics: [directive] },
    ...about,
    ...values,
  };
  return `${JSON.stringify(document)}\n`;
}
