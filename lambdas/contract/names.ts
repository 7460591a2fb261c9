import type { PartnerId } from './ids.ts';

/** The steps of the pull workflow in the order they run; each is a file in lambdas/pull, a function, a state and a log group. */
export const pullSteps = [
  'start-run',
  'list-remote',
  'plan-run',
  'transfer-batch',
  'big-files',
  'transfer-slice',
  'post-process',
  'finish-run',
  'conclude-run',
] as const;
export type PullStep = (typeof pullSteps)[number];

/** The functions of the push, in the order an object meets them; reconcile finds what an event missed. */
export const pushFunctions = ['route-object', 'push-file', 'reconcile'] as const;
export type PushFunction = (typeof pushFunctions)[number];

/** The functions that operate what the flows do: doctor is started by a person, watch by the clock. Each is a folder of lambdas/, a function and a log group. */
export const operationsFunctions = ['doctor', 'watch'] as const;
export type OperationsFunction = (typeof operationsFunctions)[number];

export type FunctionName = PullStep | PushFunction | OperationsFunction;

export function functionName(stage: string, name: FunctionName): string {
  return `ftps-sync-${stage}-${name}`;
}

export function logGroupName(stage: string, name: FunctionName): string {
  return `/aws/lambda/${functionName(stage, name)}`;
}

/** The stack's outputs: how the CLI finds a deployed or a local stage. */
export const stackOutputs = {
  table: 'TableName',
  inboxBucket: 'InboxBucketName',
  outboxBucket: 'OutboxBucketName',
  runsBucket: 'RunsBucketName',
  partnersPath: 'PartnersPath',
  pullMachine: 'PullMachineArn',
  reconcileMachine: 'ReconcileMachineArn',
  doctorMachine: 'DoctorMachineArn',
  pushQueue: 'PushQueueUrl',
  pushDeadLetters: 'PushDeadLetterQueueUrl',
  ingestDeadLetters: 'IngestDeadLetterQueueUrl',
} as const;
export type StackOutputs = Readonly<Record<keyof typeof stackOutputs, string>>;

/** The CloudFormation stack of a stage. */
export function stackName(stage: string): string {
  return `FtpsSync-${stage}`;
}

/** Where a stage's partner files are in the parameter store. */
export function partnersPath(stage: string): string {
  return `/ftps-sync/${stage}/partners/`;
}

/** The parameter of one partner. @param path of the stage, as `partnersPath` has it. */
export function partnerParameterName(path: string, partner: PartnerId): string {
  return `${path}${partner}`;
}

/** The ledger's keys (docs/architecture.md, 'The ledger'). */
export const tableKeys = { partition: 'pk', sort: 'sk', expiry: 'expiresAt' } as const;
