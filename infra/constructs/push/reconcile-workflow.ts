import {
  type IChainable,
  JsonPath,
  type StateMachine,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { firstReconcileCursor } from '../../../lambdas/contract/events/delivery.ts';
import { pollUntilDone } from '../blocks/poll-until-done.ts';
import type { SyncFunction } from '../blocks/sync-function.ts';
import { createMachine } from '../blocks/workflow-machine.ts';
import { createStep, failAs } from '../blocks/workflow-step.ts';

export interface ReconcileWorkflowProps {
  readonly stage: string;
  readonly reconcile: SyncFunction;
}

/**
 * The reconcile: one state machine for all push flows of a stage. It queues the objects without a delivery.
 * Its input names partner and flow. It ends when everything is queued, not when it is delivered.
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

/**
 * No lease: two concurrent reconciles of a flow queue some deliveries twice, and push-file skips the second
 * of each, because the version is delivered already.
 */
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
  return pollUntilDone(scope, {
    first: 'BeginReconcile',
    firstCursor: firstReconcileCursor,
    step,
    question: 'ReconcileComplete?',
    after: new Succeed(scope, 'Done'),
  });
}
