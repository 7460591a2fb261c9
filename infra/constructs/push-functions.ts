import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { PushEnvironment } from '../../lambdas/contract/environment.ts';
import type { PushFunction } from '../../lambdas/contract/names.ts';
import type { HandlerCode } from './handler-code.ts';
import { type FunctionSize, SyncFunction } from './sync-function.ts';

/**
 * A function that reads a queue begins no message in its last minute (lambdas/runtime/queue-handler.ts), so that one minute is
 * no time at all: route-object gets two, for ten messages of some milliseconds each. push-file has all the time there is, and
 * the memory that moving bytes gains from (pull-functions.ts). Reconcile stops by itself before its time is over.
 */
export const pushSizes: Readonly<Record<PushFunction, FunctionSize>> = {
  'route-object': { timeout: Duration.minutes(2), memorySize: 512 },
  'push-file': { timeout: Duration.minutes(15), memorySize: 1024 },
  reconcile: { timeout: Duration.minutes(15), memorySize: 512 },
};

export interface PushFunctionsProps {
  readonly stage: string;
  readonly code: HandlerCode;
  readonly environment: PushEnvironment;
}

/** The functions of the push, each named as in the contract. One that is missing does not compile. */
export function createPushFunctions(
  scope: Construct,
  props: PushFunctionsProps,
): Readonly<Record<PushFunction, SyncFunction>> {
  const create = (id: string, name: PushFunction) =>
    new SyncFunction(scope, id, { ...props, name, purpose: 'a function of the push', size: pushSizes[name] });
  return {
    'route-object': create('RouteObject', 'route-object'),
    'push-file': create('PushFile', 'push-file'),
    reconcile: create('Reconcile', 'reconcile'),
  };
}
