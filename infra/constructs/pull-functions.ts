import type { Construct } from 'constructs';
import type { Environment } from '../../lambdas/contract/environment.ts';
import type { PullStep } from '../../lambdas/contract/names.ts';
import { PullFunction } from './pull-function.ts';

export interface PullFunctionsProps {
  readonly stage: string;
  readonly environment: Environment;
}

/** A function for every step, named by it. A step without one does not compile. */
export function createPullFunctions(
  scope: Construct,
  props: PullFunctionsProps,
): Readonly<Record<PullStep, PullFunction>> {
  const create = (id: string, step: PullStep) => new PullFunction(scope, id, { ...props, step });
  return {
    'start-run': create('StartRun', 'start-run'),
    'list-remote': create('ListRemote', 'list-remote'),
    'plan-run': create('PlanRun', 'plan-run'),
    'transfer-batch': create('TransferBatch', 'transfer-batch'),
    'post-process': create('PostProcess', 'post-process'),
    'finish-run': create('FinishRun', 'finish-run'),
  };
}
