/** The namespace of our own metrics in CloudWatch. */
export const metricNamespace = 'FtpsSync';

/**
 * Our own metrics by stage, each with its unit. Each costs for every hour in which it is told, so none is told while it is zero, what
 * AWS counts already is not counted again, and what is asked for seldom is a property of the log line: `partner`, `flow`, `run`.
 */
export const stageMetrics = {
  RunsHalted: 'Count',
  /** Taken by pulls, and delivered by pushes. */
  FilesMoved: 'Count',
  BytesMoved: 'Bytes',
  /** Could not be taken in a run, or were refused by a partner. */
  FilesFailed: 'Count',
  /** What the watch finds, each time it looks: flows, expectations, partners. */
  RunsOverdue: 'Count',
  FilesMissing: 'Count',
  /** Late, too small or duplicate: told once each. */
  FilesAmiss: 'Count',
  CircuitsOpen: 'Count',
  CertificatesExpiring: 'Count',
} as const;
export type StageMetric = keyof typeof stageMetrics;

/** By stage and partner: what a dashboard must show of each. */
export const partnerMetrics = {
  /** Since the start of the last run without a failed file; of several flows with a schedule the longest. */
  LastGoodRunAge: 'Seconds',
  /** Of `maxConnections`. */
  ConnectionsInUse: 'Percent',
} as const;
export type PartnerMetric = keyof typeof partnerMetrics;

/** The names of the dimensions: those of a stage's metrics, and of a partner's. */
export const metricDimensions = { stage: ['stage'], partner: ['stage', 'partner'] } as const;
