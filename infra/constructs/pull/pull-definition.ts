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
import type { PullStep } from '../../../lambdas/contract/names.ts';
import { firstCursor } from '../../../lambdas/contract/workflow.ts';
import { pollUntilDone } from '../blocks/poll-until-done.ts';
import type { SyncFunction } from '../blocks/sync-function.ts';
import { createStep } from '../blocks/workflow-step.ts';
import { distributedMap } from './distributed-map.ts';

export interface PullDefinitionProps {
  readonly functions: Readonly<Record<PullStep, SyncFunction>>;
  readonly runsBucket: IBucket;
}

/**
 * The pull workflow, in the order it runs. One object travels through the states: `run` and `decision` from
 * StartRun, and the result of each later step under its own name (lambdas/contract/workflow.ts). It holds
 * keys and counts, so its size does not depend on the size of the run.
 *
 * An error in any step from ListRemote to DisposeFiles leads to FinishFailedRun, which releases the lease and
 * writes the report. If that fails too, the lease expires.
 */
export function pullDefinition(scope: Construct, props: PullDefinitionProps): IChainable {
  const startRun = createStartRun(scope, props);
  const { finishRun, finishFailedRun, endExecution } = createEndSteps(scope, props);
  const work = { ...createPlanSteps(scope, props), ...createTransferSteps(scope, props) };

  endExecution.next(startRun);
  finishFailedRun.next(endExecution);
  for (const step of Object.values(work)) {
    step.addCatch(finishFailedRun, { errors: [Errors.ALL], resultPath: '$.error' });
  }

  finishRun.next(chooseEnd(scope, endExecution));
  const disposeFiles = pollUntilDone(scope, {
    first: 'BeginDisposal',
    firstCursor,
    step: work.disposeFiles,
    question: 'DisposalComplete?',
    after: finishRun,
  });
  const transferBigFiles = pollUntilDone(scope, {
    first: 'BeginBigFiles',
    firstCursor,
    path: '$.big',
    step: work.bigFiles,
    question: 'BigFilesComplete?',
    // AWS does not document what a Distributed Map does with an empty document.
    between: new Choice(scope, 'HasSlices?')
      .when(Condition.numberEquals('$.big.slices', 0), work.bigFiles)
      .otherwise(work.transferSlices.next(work.bigFiles)),
    after: disposeFiles,
  });
  work.transferBatches.next(transferBigFiles);
  const transferSmallRun = pollUntilDone(scope, {
    first: 'BeginTransfer',
    firstCursor,
    step: work.transfer,
    question: 'TransferComplete?',
    after: transferBigFiles,
  });
  const planRun = pollUntilDone(scope, {
    first: 'BeginPlanning',
    firstCursor,
    path: '$.plan',
    step: work.planRun,
    question: 'PlanComplete?',
    after: new Choice(scope, 'ChooseRoute')
      .when(Condition.stringEquals('$.plan.route', 'small'), transferSmallRun)
      .when(Condition.stringEquals('$.plan.route', 'bulk'), work.transferBatches)
      .otherwise(finishRun),
  });
  const listRemote = pollUntilDone(scope, {
    first: 'BeginListing',
    firstCursor,
    step: work.listRemote,
    question: 'ListingComplete?',
    after: planRun,
  });
  return startRun.next(
    new Choice(scope, 'LeaseAcquired?')
      .when(Condition.stringEquals('$.decision', 'go'), listRemote)
      .otherwise(
        new Succeed(scope, 'Skipped', { comment: 'Another run holds the lease, or the flow is paused.' }),
      ),
  );
}

/** The states below are created with their input and result path, and not yet chained. */

const run = JsonPath.objectAt('$.run');
const cursor = JsonPath.objectAt('$.cursor');

function createStartRun(scope: Construct, { functions }: PullDefinitionProps) {
  return createStep(scope, 'StartRun', {
    function: functions['start-run'],
    payload: TaskInput.fromObject({
      // Not the state's input: a redriven execution arrives here from EndExecution.
      input: JsonPath.objectAt('$$.Execution.Input'),
      execution: {
        id: JsonPath.executionId,
        // Not the start of the execution: a redrive begins a new run now.
        startedAt: JsonPath.stateEnteredTime,
        redriveCount: JsonPath.numberAt('$$.Execution.RedriveCount'),
      },
    }),
    resultPath: '$',
  });
}

function createPlanSteps(scope: Construct, { functions }: PullDefinitionProps) {
  return {
    listRemote: createStep(scope, 'ListRemote', {
      function: functions['list-remote'],
      payload: TaskInput.fromObject({ run, cursor }),
      resultPath: '$.cursor',
    }),
    planRun: createStep(scope, 'PlanRun', {
      function: functions['plan-run'],
      payload: TaskInput.fromObject({ run, cursor: JsonPath.objectAt('$.plan') }),
      resultPath: '$.plan',
    }),
  };
}

function createTransferSteps(scope: Construct, { functions, runsBucket }: PullDefinitionProps) {
  return {
    transfer: createStep(scope, 'Transfer', {
      function: functions['transfer-batch'],
      payload: TaskInput.fromObject({ run, batch: JsonPath.objectAt('$.plan.batch'), cursor }),
      resultPath: '$.cursor',
    }),
    transferBatches: distributedMap(scope, 'TransferBatches', {
      itemName: 'batch',
      worker: { name: 'TransferBatch', function: functions['transfer-batch'], question: 'BatchComplete?' },
      settingsPath: '$.plan',
      runsBucket,
    }),
    bigFiles: createStep(scope, 'BigFiles', {
      function: functions['big-files'],
      payload: TaskInput.fromObject({ run, cursor: JsonPath.objectAt('$.big') }),
      resultPath: '$.big',
    }),
    transferSlices: distributedMap(scope, 'TransferSlices', {
      itemName: 'slice',
      worker: { name: 'TransferSlice', function: functions['transfer-slice'], question: 'SliceComplete?' },
      settingsPath: '$.big',
      runsBucket,
    }),
    disposeFiles: createStep(scope, 'DisposeFiles', {
      function: functions['dispose-files'],
      payload: TaskInput.fromObject({ run, cursor }),
      resultPath: '$.cursor',
    }),
  };
}

function createEndSteps(scope: Construct, { functions }: PullDefinitionProps) {
  return {
    finishRun: createStep(scope, 'FinishRun', {
      function: functions['finish-run'],
      payload: TaskInput.fromObject({ run }),
      resultPath: '$.report',
    }),
    finishFailedRun: createStep(scope, 'FinishFailedRun', {
      function: functions['finish-run'],
      payload: TaskInput.fromObject({ run, error: JsonPath.objectAt('$.error') }),
      resultPath: '$.report',
    }),
    // EndExecution throws, so that the execution fails in a state that a redrive runs again. A redrive of a
    // Fail state would only fail again.
    endExecution: createStep(scope, 'EndExecution', {
      function: functions['end-execution'],
      payload: TaskInput.fromObject({
        run,
        status: JsonPath.stringAt('$.report.status'),
        redriveCount: JsonPath.numberAt('$$.Execution.RedriveCount'),
      }),
      resultPath: JsonPath.DISCARD,
    }),
  };
}

/**
 * `incomplete` (some files failed) ends as succeeded; `halted` and `failed` must reach the run-failed alarm.
 */
function chooseEnd(scope: Construct, endExecution: IChainable & INextable): IChainable {
  const done = new Succeed(scope, 'Done');
  return new Choice(scope, 'RunSucceeded?')
    .when(Condition.stringEquals('$.report.status', 'succeeded'), done)
    .when(Condition.stringEquals('$.report.status', 'incomplete'), done)
    .otherwise(endExecution);
}
