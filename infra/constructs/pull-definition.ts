import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  Choice,
  Condition,
  Errors,
  type IChainable,
  type INextable,
  JsonPath,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { PullStep } from '../../lambdas/contract/names.ts';
import { firstCursor } from '../../lambdas/contract/workflow.ts';
import { shareOut } from './share-out.ts';
import type { SyncFunction } from './sync-function.ts';
import { untilDone } from './until-done.ts';
import { createStep } from './workflow-step.ts';

export interface PullDefinitionProps {
  readonly functions: Readonly<Record<PullStep, SyncFunction>>;
  readonly runsBucket: IBucket;
}

/**
 * The story of a pull, in the order it runs. One object travels: `run` and `decision` from StartRun, and under its own name the
 * answer of each step after it (lambdas/contract/workflow.ts): keys and counts, whatever the size of the run. The steps from
 * ListRemote to PostProcess end a failure in FinishFailedRun, which releases the lease and writes the report; where that fails
 * too, the lease expires by itself.
 */
export function pullDefinition(scope: Construct, props: PullDefinitionProps): IChainable {
  const { startRun, finishRun, finishFailedRun, concludeRun, ...work } = createSteps(scope, props);
  concludeRun.next(startRun);

  finishFailedRun.next(concludeRun);
  for (const step of Object.values(work)) {
    step.addCatch(finishFailedRun, { errors: [Errors.ALL], resultPath: '$.error' });
  }

  finishRun.next(howDidItEnd(scope, concludeRun));
  const postProcessAll = untilDone(scope, {
    first: 'BeginPostProcess',
    firstCursor,
    step: work.postProcess,
    question: 'IsAllPostProcessed',
    after: finishRun,
  });
  const bigFilesAll = untilDone(scope, {
    first: 'BeginBigFiles',
    firstCursor,
    path: '$.big',
    step: work.bigFiles,
    question: 'AreAllBigFilesDone',
    // What a map does with a document without lines is written nowhere.
    again: new Choice(scope, 'AreThereSlices')
      .when(Condition.numberEquals('$.big.slices', 0), work.bigFiles)
      .otherwise(work.transferSlices.next(work.bigFiles)),
    after: postProcessAll,
  });
  work.transferBatches.next(bigFilesAll);
  const transferAll = untilDone(scope, {
    first: 'BeginTransfer',
    firstCursor,
    step: work.transfer,
    question: 'IsAllTransferred',
    after: bigFilesAll,
  });
  const planAll = untilDone(scope, {
    first: 'BeginPlan',
    firstCursor,
    path: '$.plan',
    step: work.planRun,
    question: 'IsAllPlanned',
    after: new Choice(scope, 'WhichRoute')
      .when(Condition.stringEquals('$.plan.route', 'small'), transferAll)
      .when(Condition.stringEquals('$.plan.route', 'bulk'), work.transferBatches)
      .otherwise(finishRun),
  });
  const listAll = untilDone(scope, {
    first: 'BeginList',
    firstCursor,
    step: work.listRemote,
    question: 'IsAllListed',
    after: planAll,
  });
  return startRun.next(
    new Choice(scope, 'IsItMyTurn')
      .when(Condition.stringEquals('$.decision', 'go'), listAll)
      .otherwise(
        new Succeed(scope, 'NotNow', { comment: 'Another run has the lease, or the flow is paused.' }),
      ),
  );
}

/** The steps and the maps of workers, each with what it takes and where its answer goes; nothing leads from one to another yet. */
function createSteps(scope: Construct, { functions, runsBucket }: PullDefinitionProps) {
  const run = JsonPath.objectAt('$.run');
  const cursor = JsonPath.objectAt('$.cursor');

  const startRun = createStep(scope, 'StartRun', {
    function: functions['start-run'],
    payload: TaskInput.fromObject({
      // A redriven execution comes here with another state's input.
      input: JsonPath.objectAt('$$.Execution.Input'),
      execution: {
        id: JsonPath.executionId,
        // Not the execution's: a redriven one has a run of its own, which begins now.
        startedAt: JsonPath.stateEnteredTime,
        redriveCount: JsonPath.numberAt('$$.Execution.RedriveCount'),
      },
    }),
    resultPath: '$',
  });
  const listRemote = createStep(scope, 'ListRemote', {
    function: functions['list-remote'],
    payload: TaskInput.fromObject({ run, cursor }),
    resultPath: '$.cursor',
  });
  const planRun = createStep(scope, 'PlanRun', {
    function: functions['plan-run'],
    payload: TaskInput.fromObject({ run, cursor: JsonPath.objectAt('$.plan') }),
    resultPath: '$.plan',
  });
  const transfer = createStep(scope, 'Transfer', {
    function: functions['transfer-batch'],
    payload: TaskInput.fromObject({ run, batch: JsonPath.objectAt('$.plan.batch'), cursor }),
    resultPath: '$.cursor',
  });
  const transferBatches = shareOut(scope, 'TransferBatches', {
    itemName: 'batch',
    worker: { name: 'TransferBatch', function: functions['transfer-batch'], question: 'IsBatchDone' },
    told: '$.plan',
    runsBucket,
  });
  const bigFiles = createStep(scope, 'BigFiles', {
    function: functions['big-files'],
    payload: TaskInput.fromObject({ run, cursor: JsonPath.objectAt('$.big') }),
    resultPath: '$.big',
  });
  const transferSlices = shareOut(scope, 'TransferSlices', {
    itemName: 'slice',
    worker: { name: 'TransferSlice', function: functions['transfer-slice'], question: 'IsSliceDone' },
    told: '$.big',
    runsBucket,
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
  // It throws, so that a failed execution stands at a state which a redrive calls again: a Fail state would only fail again.
  const concludeRun = createStep(scope, 'ConcludeRun', {
    function: functions['conclude-run'],
    payload: TaskInput.fromObject({
      run,
      status: JsonPath.stringAt('$.report.status'),
      redriveCount: JsonPath.numberAt('$$.Execution.RedriveCount'),
    }),
    resultPath: JsonPath.DISCARD,
  });
  return {
    startRun,
    listRemote,
    planRun,
    transfer,
    transferBatches,
    bigFiles,
    transferSlices,
    postProcess,
    finishRun,
    finishFailedRun,
    concludeRun,
  };
}

/** A run that some files missed has ended well; one that a guard halted has not, or no alarm would tell anybody. */
function howDidItEnd(scope: Construct, concludeRun: IChainable & INextable): IChainable {
  const done = new Succeed(scope, 'Done');
  return new Choice(scope, 'HowDidItEnd')
    .when(Condition.stringEquals('$.report.status', 'succeeded'), done)
    .when(Condition.stringEquals('$.report.status', 'incomplete'), done)
    .otherwise(concludeRun);
}
