import { z } from 'zod';

/**
 * The environment of the pull functions. Infra is typed against it, so a missing variable does not compile.
 */
export const environmentSchema = z.object({
  /** The name of the stage. */
  FTPS_SYNC_STAGE: z.string().min(1),
  /** The DynamoDB table of the ledger. */
  FTPS_SYNC_TABLE: z.string().min(1),
  /** The bucket for pulled files. */
  FTPS_SYNC_INBOX_BUCKET: z.string().min(1),
  /** The bucket for the documents of runs: listings, plans, outcomes, reports. */
  FTPS_SYNC_RUNS_BUCKET: z.string().min(1),
  /**
   * The path of the partner files in Parameter Store, with a slash at both ends; the partner's id follows.
   */
  FTPS_SYNC_PARTNERS_PATH: z.string().regex(/^\/.*\/$/),
});

export type Environment = z.infer<typeof environmentSchema>;

/** The environment of the push functions. */
export const pushEnvironmentSchema = z.object({
  /** The name of the stage. */
  FTPS_SYNC_STAGE: z.string().min(1),
  FTPS_SYNC_TABLE: z.string().min(1),
  /** The bucket of the objects to push. */
  FTPS_SYNC_OUTBOX_BUCKET: z.string().min(1),
  FTPS_SYNC_PARTNERS_PATH: z.string().regex(/^\/.*\/$/),
  /** The FIFO queue of deliveries. */
  FTPS_SYNC_PUSH_QUEUE_URL: z.url(),
  /** The dead-letter queue of the push. */
  FTPS_SYNC_PUSH_DLQ_URL: z.url(),
});

export type PushEnvironment = z.infer<typeof pushEnvironmentSchema>;

/** The environment of the doctor, and the common part of the monitor's. */
export const operationsEnvironmentSchema = z.object({
  /** The name of the stage. */
  FTPS_SYNC_STAGE: z.string().min(1),
  FTPS_SYNC_TABLE: z.string().min(1),
  FTPS_SYNC_PARTNERS_PATH: z.string().regex(/^\/.*\/$/),
});

export type OperationsEnvironment = z.infer<typeof operationsEnvironmentSchema>;

/** The environment of the monitor, which counts dead letters and looks for failed reconciles. */
export const monitorEnvironmentSchema = operationsEnvironmentSchema.extend({
  /** The ARN of the reconcile state machine. */
  FTPS_SYNC_RECONCILE_MACHINE: z.string().min(1),
  FTPS_SYNC_SCHEDULE_DLQ_URL: z.url(),
  FTPS_SYNC_INGEST_DLQ_URL: z.url(),
  FTPS_SYNC_PUSH_DLQ_URL: z.url(),
});

export type MonitorEnvironment = z.infer<typeof monitorEnvironmentSchema>;
