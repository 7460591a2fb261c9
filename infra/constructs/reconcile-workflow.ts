import {
  type IChainable,
  JsonPath,
  type StateMachine,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { firstReconcileCursor } from '../../lambdas/contract/delivery.ts';
import type { SyncFunction } from './sync-function.ts';
import { untilDone } from './until-done.ts';
import { createMachine } from './workflow-machine.ts';
import { createStep, failAs } from './workflow-step.ts';

export interface ReconcileWorkflowProps {
  readonly stage: string;
  readonly reconcile: SyncFunction;
}

/**
 * Finds what an event missed, as one state machine for all push flows of a stage; its input names partner and flow. It ends
 * when everything is in the queue, not when it is delivered.
 */
export class ReconcileWorkflow extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { stage, reconcile }: ReconcileWorkflowProps) {
    super(scope, id);
    this.machine = createMachine(this, {
      stateMachineName: `ftps-sync-${stage}-reconcile`,
      definition: reconcileDefinition(this, reconcile),
      functions: [reconcile],
    });
  }
}

/** Two reconciles of one flow at the same time send some deliveries twice, and the second finds the first's delivered. */
function reconcileDefinition(scope: Construct, reconcile: SyncFunction): IChainable {
  const step = createStep(scope, 'Reconcile', {
    function: reconcile,
    payload: TaskInput.fromObject({
      partner: JsonPath.stringAt('$.partner'),
      flow: JsonPath.stringAt('$.flow'),
      execution: { id: JsonPath.executionId, startedAt: JsonPath.executionStartTime },
      cursor: JsonPath.objectAt('$.cursor'),
    }),
    resultPath: '$.cursor',
  });
  failAs(scope, 'ReconcileFailed', step);
  return untilDone(scope, {
    first: 'BeginReconcile',
    firstCursor: firstReconcileCursor,
    step,
    question: 'IsAllReconciled',
    after: new Succeed(scope, 'Done'),
  });
}
