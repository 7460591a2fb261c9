import { defaultMaxConnections } from '../../lambdas/contract/partner-file/connection.ts';
import { maxShardLines, progressIntervalMs, slotRenewalMs } from '../../lambdas/contract/request-rates.ts';

/**
 * What the product asks of AWS. Constants of the product are imported. Numbers of the deployed stack are
 * compared with the template by test/infra/product-facts.test.ts, and counts of requests with a run by
 * test/flow/operations/cost-model.test.ts. Times are estimates: they depend on the partner's server and on
 * the network.
 */

/**
 * The memory of each function in MB, and the time that an invocation takes in addition to its work: a cold
 * start where it is likely, a session, the documents of the run.
 */
export const functions = {
  'start-run': { megabytes: 512, overheadSeconds: 1 },
  'list-remote': { megabytes: 512, overheadSeconds: 2 },
  'plan-run': { megabytes: 512, overheadSeconds: 1 },
  'transfer-batch': { megabytes: 1024, overheadSeconds: 2 },
  'big-files': { megabytes: 512, overheadSeconds: 1 },
  'transfer-slice': { megabytes: 1024, overheadSeconds: 2 },
  'dispose-files': { megabytes: 512, overheadSeconds: 1 },
  'finish-run': { megabytes: 512, overheadSeconds: 1 },
  'end-execution': { megabytes: 256, overheadSeconds: 1 },
  // Called for each object, and rarely cold.
  'route-object': { megabytes: 512, overheadSeconds: 0.2 },
  'push-file': { megabytes: 1024, overheadSeconds: 1 },
  reconcile: { megabytes: 512, overheadSeconds: 1 },
  // Started by a person: in no bill.
  doctor: { megabytes: 512, overheadSeconds: 2 },
  // Called every five minutes, and rarely cold.
  monitor: { megabytes: 256, overheadSeconds: 0.3 },
} as const;
export type FunctionName = keyof typeof functions;

/** States that an execution enters, and one more for its start. */
export const transitions = {
  /**
   * StartRun, LeaseAcquired?, the loops of list and plan with three states each, ChooseRoute, FinishRun,
   * RunSucceeded?, Done.
   */
  nothingToMove: 13,
  /** In addition the loops of transfer, big files and dispose-files. */
  small: 22,
  /** TransferBatches instead of the loop of transfer. */
  bulk: 20,
  /** One more call of a step in a loop, and the choice after it. */
  repeat: 2,
  /** HasSlices?, TransferSlices, BigFiles again, and its choice. */
  sliceRound: 4,
  /** A child of a Distributed Map: its step, the choice, its end. */
  child: 4,
  /** BeginReconcile, Reconcile, ReconcileComplete?, Done. */
  reconcile: 5,
} as const;

/** The timeout of every function that lists or moves bytes. */
export const invocationSeconds = 15 * 60;

/** The part of it that is used: no work starts in the last minute. */
export const workSeconds = invocationSeconds - 60;

/** A listing's control and data connection: about six round trips of 40 ms. */
export const secondsPerDirectory = 0.3;

export const sessions = defaultMaxConnections;

/** A line of MLSD or LIST on the wire. */
export const bytesPerListedLine = 100;

/** PlanRun's time for an entry of the listing: parse, compare with the ledger, count. */
export const secondsPerEntry = 0.0001;

/** An entry of the ledger for a transferred file, keys included: one write unit. */
export const entryBytes = 800;

/**
 * DynamoDB bills this for the storage of each item in addition to its size.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export const storedOverheadBytes = 100;

/**
 * A strongly consistent Query reads this much per read unit.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export const readUnitBytes = 4096;

export const progressSeconds = progressIntervalMs / 1000;

export const slotRenewalSeconds = slotRenewalMs / 1000;

/** Entries of a shard of the listing: one PUT each. */
export const entriesPerShard = maxShardLines;

/**
 * The size of a listed entry in the listing of a run, and of a transferred file in its manifest and outcomes.
 */
export const documentBytes = { perEntry: 250, perMoved: 1000 } as const;

/** The lifetime of a run's documents. */
export const documentDays = 90;

/** The log lines of an invocation, START, END and REPORT included. */
export const logBytesPerInvocation = 2000;

/** The lifetime of logs. */
export const logDays = 30;

/** Objects on a page of ListObjectsV2, and names that a Transfer Family connector lists per call. */
export const objectsPerPage = 1000;

/** Metrics of all alarms together: each is billed. */
export const alarms = 31;

export const dashboards = 1;

/**
 * Custom metrics with a value in every hour: LastGoodRunAge of each partner. The others have values only
 * while they are not zero, and are billed by the hour.
 */
export const metricsPerPartner = 1;

export const monitorRunsPerHour = 12;

/** Read units of one call of the monitor: for the stage, for each partner, and for each flow. */
export const monitorReads = { stage: 1, partner: 6, flow: 2 } as const;

/** For each partner the monitor waits for about ten responses of the table, one after the other. */
export const monitorSecondsPerPartner = 0.05;

/**
 * Lambda polls each of the two queues continuously: five pollers, each for 20 seconds at a time.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const pollsPerHour = (5 * 3600) / 20;

/** The month of AWS price examples. */
export const hoursPerMonth = 730;
