import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../../../lambdas/contract/environment.ts';
import type { PullStep } from '../../../lambdas/contract/names.ts';
import type { HandlerCode } from '../blocks/handler-code.ts';
import { type FunctionSize, SyncFunction } from '../blocks/sync-function.ts';

/**
 * Steps that talk to a partner have the maximum timeout of Lambda and stop by themselves before it. Lambda
 * allocates CPU and network in proportion to memory, one full vCPU at 1,769 MB. Moving bytes (TLS in,
 * checksum, TLS out) benefits from 1,024 MB; waiting for a partner's replies does not.
 */
const sizes: Readonly<Record<PullStep, FunctionSize>> = {
  'start-run': { timeout: Duration.minutes(1), memorySize: 512 },
  'list-remote': { timeout: Duration.minutes(15), memorySize: 512 },
  'plan-run': { timeout: Duration.minutes(15), memorySize: 512 },
  'transfer-batch': { timeout: Duration.minutes(15), memorySize: 1024 },
  'big-files': { timeout: Duration.minutes(15), memorySize: 512 },
  'transfer-slice': { timeout: Duration.minutes(15), memorySize: 1024 },
  'dispose-files': { timeout: Duration.minutes(15), memorySize: 512 },
  'finish-run': { timeout: Duration.minutes(15), memorySize: 512 },
  'end-execution': { timeout: Duration.minutes(1), memorySize: 256 },
};

export interface PullFunctionsProps {
  readonly stage: string;
  readonly code: HandlerCode;
  readonly environment: Environment;
}

/** One function for each step. A step without a function does not compile. */
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
    'dispose-files': create('DisposeFiles', 'dispose-files'),
    'finish-run': create('FinishRun', 'finish-run'),
    'end-execution': create('EndExecution', 'end-execution'),
  };
}
