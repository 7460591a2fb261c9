import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { PushEnvironment } from '../../../lambdas/contract/environment.ts';
import type { PushFunction } from '../../../lambdas/contract/names.ts';
import type { HandlerCode } from '../blocks/handler-code.ts';
import { type FunctionSize, SyncFunction } from '../blocks/sync-function.ts';

/**
 * A queue consumer starts no message in its last minute (lambdas/runtime/queue-handler.ts). So route-object
 * has two minutes for ten messages of a few milliseconds each. push-file has the maximum timeout, and the
 * memory that moving bytes benefits from (pull-functions.ts). reconcile stops by itself before its timeout.
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

/** One function for each name in the contract. A name without a function does not compile. */
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
