/** The CloudWatch namespace of the custom metrics. */
export const metricNamespace = 'FtpsSync';

/**
 * The custom metrics per stage, with their units. CloudWatch bills a metric for every hour that has a value,
 * so zeros are not published, what AWS already measures is not published again, and `partner`, `flow` and
 * `run` are properties of the log line, not dimensions.
 */
export const stageMetrics = {
  RunsHalted: 'Count',
  /** By pulls and pushes together. */
  FilesTransferred: 'Count',
  BytesTransferred: 'Bytes',
  /** Files that a run could not transfer, and deliveries that a partner refused. */
  FilesFailed: 'Count',
  /** Events that the bus did not take: those who subscribe to it are not notified. */
  EventsRejected: 'Count',
  /** From here on published by the monitor, every five minutes: flows, expectations, partners. */
  RunsOverdue: 'Count',
  FilesMissing: 'Count',
  /** Late, too small or duplicate files; each is counted once. */
  FileAnomalies: 'Count',
  CircuitsOpen: 'Count',
  CertificatesExpiring: 'Count',
} as const;
export type StageMetric = keyof typeof stageMetrics;

/** The custom metrics per stage and partner, for the dashboard. */
export const partnerMetrics = {
  /**
   * Time since the start of the last run without a failed file; the maximum over the partner's scheduled
   * flows.
   */
  LastGoodRunAge: 'Seconds',
  /** Share of `maxConnections`. */
  ConnectionsInUse: 'Percent',
} as const;
export type PartnerMetric = keyof typeof partnerMetrics;

/** The dimensions of the metrics per stage, and of those per partner. */
export const metricDimensions = { stage: ['stage'], partner: ['stage', 'partner'] } as const;
