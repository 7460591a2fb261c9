/**
 * What the product asks of AWS, counted in its code: each number says where. Times are expectations, since they depend on the
 * partner's server and the way to it; the others are what a run does (test/flow/cost-model.test.ts compares).
 */

/**
 * What each function is given, in MB (infra/constructs/pull-functions.ts and push-functions.ts; test/infra compares with the
 * template), and what an invocation takes beside its work: the start of the runtime where it is cold, a session, its documents.
 */
export const functions = {
  'start-run': { megabytes: 512, overheadSeconds: 1 },
  'list-remote': { megabytes: 512, overheadSeconds: 2 },
  'plan-run': { megabytes: 512, overheadSeconds: 1 },
  'transfer-batch': { megabytes: 1024, overheadSeconds: 2 },
  'big-files': { megabytes: 512, overheadSeconds: 1 },
  'transfer-slice': { megabytes: 1024, overheadSeconds: 2 },
  'post-process': { megabytes: 512, overheadSeconds: 1 },
  'finish-run': { megabytes: 512, overheadSeconds: 1 },
  'conclude-run': { megabytes: 256, overheadSeconds: 1 },
  // Called for each object, and seldom cold.
  'route-object': { megabytes: 512, overheadSeconds: 0.2 },
  'push-file': { megabytes: 1024, overheadSeconds: 1 },
  reconcile: { megabytes: 512, overheadSeconds: 1 },
  // Started by a person: it is in no bill.
  doctor: { megabytes: 512, overheadSeconds: 2 },
  // Called every five minutes, and seldom cold.
  watch: { megabytes: 256, overheadSeconds: 0.3 },
} as const;
export type FunctionName = keyof typeof functions;

/** States that an execution enters, and one more for its start (infra/constructs/pull-definition.ts). */
export const transitions = {
  /** StartRun, IsItMyTurn, the loops of list and plan with three states each, WhichRoute, FinishRun, HowDidItEnd, Done. */
  nothingToMove: 13,
  /** And the loops of transfer, big files and post-process. */
  small: 22,
  /** TransferBatches in place of the transfer's loop. */
  bulk: 20,
  /** A step of a loop that is called once more, and the question after it. */
  again: 2,
  /** AreThereSlices, TransferSlices and BigFiles again, and its question. */
  sliceRound: 4,
  /** A child of a Distributed Map: its step, the question, its end. */
  child: 4,
  /** BeginReconcile, Reconcile, IsAllReconciled, Done (infra/constructs/reconcile-workflow.ts). */
  reconcile: 5,
} as const;

/** Of every function that moves bytes or lists (infra/constructs/pull-functions.ts). */
export const invocationSeconds = 15 * 60;

/** Of that, what is left for work when the last minute begins nothing. */
export const workSeconds = invocationSeconds - 60;

/** A listing's control and data connection: some six round trips at 40 ms. */
export const secondsPerDirectory = 0.3;

/** `maxConnections` where the partner file does not say (lambdas/contract/connection-settings.ts). */
export const sessions = 4;

/** A line of MLSD or LIST on its way. */
export const bytesPerListedLine = 100;

/** PlanRun, for an entry of the listing: parsed, compared with the ledger's, counted. */
export const secondsPerEntry = 0.0001;

/** An entry of the ledger with all that is known of a taken file (lambdas/ledger/file-item.ts), keys included; one write unit. */
export const entryBytes = 800;

/** What DynamoDB adds to each item when it bills storage. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export const storedOverheadBytes = 100;

/** A read unit is 4 KB of what a Query finds, read consistently (lambdas/ledger/file-entries.ts). */
export const readUnitBytes = 4096;

/** Progress is written once a second (lambdas/pull/progress.ts). */
export const progressSeconds = 1;

/** A slot of the connection budget is renewed so often, and taken and given back besides. */
export const slotRenewalSeconds = 20;

/** Entries of a shard of the listing: one PUT each. */
export const entriesPerShard = 50_000;

/** The listing is read back in blocks of this size, one GET each. */
export const blockBytes = 1024 ** 2;

/** A listed entry in the documents of a run, and a moved file in manifest and outcomes; they are kept for 90 days. */
export const documentBytes = { perEntry: 250, perMoved: 1000 } as const;
export const documentDays = 90;

/** Log lines of an invocation, its START, END and REPORT included; logs are kept for a month. */
export const logBytesPerInvocation = 2000;

/** Objects that a page of a listing has: one LIST each. */
export const objectsPerPage = 1000;

/** Metrics that alarms go by, each of which is billed (infra/constructs/stage-alarms.ts); test/infra compares with the template. */
export const alarms = 31;

/** infra/constructs/stage-dashboard.ts */
export const dashboards = 1;

/**
 * Our own metrics that are told at every hour: LastGoodRunAge of each partner (lambdas/contract/metrics.ts). The others are told while
 * they are not zero, and billed by the hour.
 */
export const metricsOfPartner = 1;

/** The watch's calls (infra/constructs/watch-function.ts). */
export const watchesPerHour = 12;

/** What the watch reads, in read units: of the stage, of a partner, and of a flow (lambdas/watch). */
export const watchReads = { stage: 1, partner: 6, flow: 2 } as const;

/** For each partner it waits for some ten replies of the table, one after the other. */
export const watchSecondsOfPartner = 0.05;

/**
 * Lambda asks each of the two queues for messages all the time: five pollers, each for 20 seconds at a time.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const pollsPerHour = (5 * 3600) / 20;

/** AWS's own month. */
export const hoursPerMonth = 730;
