import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../../lambdas/contract/environment.ts';
import type { PullStep } from '../../lambdas/contract/names.ts';
import type { HandlerCode } from './handler-code.ts';
import { type FunctionSize, SyncFunction } from './sync-function.ts';

/**
 * The steps that talk to a partner have all the time there is, and stop by themselves before it is over. Lambda gives processor
 * and network by memory, a whole processor at 1,769 MB: moving bytes (TLS in, checksum, TLS out) gains from 1,024 MB, waiting
 * for a partner's replies does not.
 */
const sizes: Readonly<Record<PullStep, FunctionSize>> = {
  'start-run': { timeout: Duration.minutes(1), memorySize: 512 },
  'list-remote': { timeout: Duration.minutes(15), memorySize: 512 },
  'plan-run': { timeout: Duration.minutes(15), memorySize: 512 },
  'transfer-batch': { timeout: Duration.minutes(15), memorySize: 1024 },
  'big-files': { timeout: Duration.minutes(15), memorySize: 512 },
  'transfer-slice': { timeout: Duration.minutes(15), memorySize: 1024 },
  'post-process': { timeout: Duration.minutes(15), memorySize: 512 },
  'finish-run': { timeout: Duration.minutes(15), memorySize: 512 },
  'conclude-run': { timeout: Duration.minutes(1), memorySize: 256 },
};

export interface PullFunctionsProps {
  readonly stage: string;
  readonly code: HandlerCode;
  readonly environment: Environment;
}

/** A function for every step, named by it. A step without one does not compile. */
export function createPullFunctions(
  scope: Construct,
  props: PullFunctionsProps,
): Readonly<Record<PullStep, SyncFunction>> {
  const create = (id: string, name: PullStep) =>
    new SyncFunction(scope, id, { ...props, name, purpose: 'a step of the pull', size: sizes[name] });
  return {
    'start-run': create('StartRun', 'start-run'),
    'list-remote': create('ListRemote', 'list-remote'),
    'plan-run': create('PlanRun', 'plan-run'),
    'transfer-batch': create('TransferBatch', 'transfer-batch'),
    'big-files': create('BigFiles', 'big-files'),
    'transfer-slice': create('TransferSlice', 'transfer-slice'),
    'post-process': create('PostProcess', 'post-process'),
    'finish-run': create('FinishRun', 'finish-run'),
    'conclude-run': create('ConcludeRun', 'conclude-run'),
  };
}
