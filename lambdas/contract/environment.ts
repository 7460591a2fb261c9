import { z } from 'zod';

/** The environment of the pull's functions. Infra types its variables against this, so a missing one does not compile. */
export const environmentSchema = z.object({
  /** The stage's name, which the events carry. */
  FTPS_SYNC_STAGE: z.string().min(1),
  /** The ledger's table. */
  FTPS_SYNC_TABLE: z.string().min(1),
  /** The bucket that pulled files arrive in. */
  FTPS_SYNC_INBOX_BUCKET: z.string().min(1),
  /** The bucket of listings, plans, outcomes and reports. */
  FTPS_SYNC_RUNS_BUCKET: z.string().min(1),
  /** Where the partner files are in the parameter store: the partner's id follows. Starts and ends with a slash. */
  FTPS_SYNC_PARTNERS_PATH: z.string().regex(/^\/.*\/$/),
});

export type Environment = z.infer<typeof environmentSchema>;

/** The environment of the push's functions. */
export const pushEnvironmentSchema = z.object({
  /** The stage's name, which the events carry. */
  FTPS_SYNC_STAGE: z.string().min(1),
  FTPS_SYNC_TABLE: z.string().min(1),
  /** The bucket whose objects are pushed. */
  FTPS_SYNC_OUTBOX_BUCKET: z.string().min(1),
  FTPS_SYNC_PARTNERS_PATH: z.string().regex(/^\/.*\/$/),
  /** The FIFO queue of deliveries. */
  FTPS_SYNC_PUSH_QUEUE_URL: z.url(),
  /** Where deliveries go that were tried in vain. */
  FTPS_SYNC_PUSH_DEAD_LETTERS_URL: z.url(),
});

export type PushEnvironment = z.infer<typeof pushEnvironmentSchema>;

/** The environment of the functions that operate what the flows do. */
export const operationsEnvironmentSchema = z.object({
  /** The stage's name, which the events carry. */
  FTPS_SYNC_STAGE: z.string().min(1),
  FTPS_SYNC_TABLE: z.string().min(1),
  FTPS_SYNC_PARTNERS_PATH: z.string().regex(/^\/.*\/$/),
});

export type OperationsEnvironment = z.infer<typeof operationsEnvironmentSchema>;

/** The environment of the watch, which counts dead letters and looks for reconciles that failed besides. */
export const watchEnvironmentSchema = operationsEnvironmentSchema.extend({
  /** The ARN of the state machine of reconciles. */
  FTPS_SYNC_RECONCILE_MACHINE: z.string().min(1),
  FTPS_SYNC_MISSED_RUNS_URL: z.url(),
  FTPS_SYNC_INGEST_DEAD_LETTERS_URL: z.url(),
  FTPS_SYNC_PUSH_DEAD_LETTERS_URL: z.url(),
});

export type WatchEnvironment = z.infer<typeof watchEnvironmentSchema>;
