import type { PartnerId } from './ids.ts';

/**
 * The steps of the pull workflow in order. Each is a folder of lambdas/pull, a function, a state and a log
 * group.
 */
export const pullSteps = [
  'start-run',
  'list-remote',
  'plan-run',
  'transfer-batch',
  'big-files',
  'transfer-slice',
  'dispose-files',
  'finish-run',
  'end-execution',
] as const;
export type PullStep = (typeof pullSteps)[number];

/** The functions of the push in order; reconcile finds the objects whose event was missed. */
export const pushFunctions = ['route-object', 'push-file', 'reconcile'] as const;
export type PushFunction = (typeof pushFunctions)[number];

/**
 * The operations functions: an operator starts doctor, a schedule starts monitor. Each is a folder of
 * lambdas/, a function and a log group.
 */
export const operationsFunctions = ['doctor', 'monitor'] as const;
export type OperationsFunction = (typeof operationsFunctions)[number];

export type FunctionName = PullStep | PushFunction | OperationsFunction;

export function functionName(stage: string, name: FunctionName): string {
  return `ftps-sync-${stage}-${name}`;
}

export function logGroupName(stage: string, name: FunctionName): string {
  return `/aws/lambda/${functionName(stage, name)}`;
}

/** The outputs of the stack, from which the CLI finds the resources of a stage. */
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

/** The name of a stage's CloudFormation stack. */
export function stackName(stage: string): string {
  return `FtpsSync-${stage}`;
}

/** The path of a stage's partner files in Parameter Store. */
export function partnersPath(stage: string): string {
  return `/ftps-sync/${stage}/partners/`;
}

/**
 * The name of a partner's parameter.
 * @param path the path of the stage, from {@link partnersPath}.
 */
export function partnerParameterName(path: string, partner: PartnerId): string {
  return `${path}${partner}`;
}

/** The key attributes of the ledger's table (docs/architecture.md, 'The ledger'). */
export const tableKeys = { partition: 'pk', sort: 'sk', expiry: 'expiresAt' } as const;
