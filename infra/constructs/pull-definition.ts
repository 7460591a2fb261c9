import {
  Choice,
  Condition,
  Errors,
  Fail,
  type IChainable,
  JsonPath,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { PullStep } from '../../lambdas/contract/names.ts';
import { firstCursor } from '../../lambdas/contract/workflow.ts';
import type { SyncFunction } from './sync-function.ts';
import { untilDone } from './until-done.ts';
import { createStep } from './workflow-step.ts';

/**
 * The story of a pull, in the order it runs. One object travels: `run` and `decision` from StartRun, and under its own name the
 * answer of each step after it (lambdas/contract/workflow.ts). The steps from ListRemote to PostProcess end a failure in
 * FinishFailedRun, which releases the lease and writes the report; where that fails too, the lease expires by itself.
 */
export function pullDefinition(
  scope: Construct,
  functions: Readonly<Record<PullStep, SyncFunction>>,
): IChainable {
  const run = JsonPath.objectAt('$.run');
  const cursor = JsonPath.objectAt('$.cursor');

  const startRun = createStep(scope, 'StartRun', {
    function: functions['start-run'],
    payload: TaskInput.fromObject({
      input: JsonPath.objectAt('$'),
      execution: { id: JsonPath.executionId, startedAt: JsonPath.executionStartTime },
    }),
    resultPath: '$',
  });
  const listRemote = createStep(scope, 'ListRemote', {
    function: functions['list-remote'],
    payload: TaskInput.fromObject({ run }),
    resultPath: '$.list',
  });
  const planRun = createStep(scope, 'PlanRun', {
    function: functions['plan-run'],
    payload: TaskInput.fromObject({ run }),
    resultPath: '$.plan',
  });
  const transfer = createStep(scope, 'Transfer', {
    function: functions['transfer-batch'],
    payload: TaskInput.fromObject({ run, cursor }),
    resultPath: '$.cursor',
  });
  const postProcess = createStep(scope, 'PostProcess', {
    function: functions['post-process'],
    payload: TaskInput.fromObject({ run, cursor }),
    resultPath: '$.cursor',
  });
  const finishRun = createStep(scope, 'FinishRun', {
    function: functions['finish-run'],
    payload: TaskInput.fromObject({ run }),
    resultPath: '$.report',
  });
  const finishFailedRun = createStep(scope, 'FinishFailedRun', {
    function: functions['finish-run'],
    payload: TaskInput.fromObject({ run, error: JsonPath.objectAt('$.error') }),
    resultPath: '$.report',
  });

  finishFailedRun.next(
    Fail.jsonPath(scope, 'RunFailed', { errorPath: '$.error.Error', causePath: '$.error.Cause' }),
  );
  for (const step of [listRemote, planRun, transfer, postProcess]) {
    step.addCatch(finishFailedRun, { errors: [Errors.ALL], resultPath: '$.error' });
  }

  finishRun.next(howDidItEnd(scope));
  const postProcessAll = untilDone(scope, {
    first: 'BeginPostProcess',
    firstCursor,
    step: postProcess,
    question: 'IsAllPostProcessed',
    after: finishRun,
  });
  const transferAll = untilDone(scope, {
    first: 'BeginTransfer',
    firstCursor,
    step: transfer,
    question: 'IsAllTransferred',
    after: postProcessAll,
  });
  planRun.next(
    new Choice(scope, 'IsThereWork')
      .when(Condition.stringEquals('$.plan.next', 'transfer'), transferAll)
      .otherwise(finishRun),
  );
  listRemote.next(planRun);
  return startRun.next(
    new Choice(scope, 'IsItMyTurn')
      .when(Condition.stringEquals('$.decision', 'go'), listRemote)
      .otherwise(
        new Succeed(scope, 'NotNow', { comment: 'Another run has the lease, or the flow is paused.' }),
      ),
  );
}

/** A run that some files missed has ended well; one that a guard halted has not, or no alarm would tell anybody. */
function howDidItEnd(scope: Construct): IChainable {
  const done = new Succeed(scope, 'Done');
  return new Choice(scope, 'HowDidItEnd')
    .when(Condition.stringEquals('$.report.status', 'succeeded'), done)
    .when(Condition.stringEquals('$.report.status', 'incomplete'), done)
    .when(
      Condition.stringEquals('$.report.status', 'halted'),
      new Fail(scope, 'Halted', {
        error: 'RunHalted',
        cause: 'A guard halted the run: its report says which and how to go on.',
      }),
    )
    .otherwise(
      new Fail(scope, 'Failed', { error: 'RunFailed', cause: 'The run failed: its report says at what.' }),
    );
}
