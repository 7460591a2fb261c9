import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  Choice,
  Condition,
  DistributedMap,
  JsonPath,
  ResultWriterV2,
  S3JsonLItemReader,
  StateMachineType,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { firstCursor } from '../../../lambdas/contract/workflow.ts';
import type { SyncFunction } from '../blocks/sync-function.ts';
import { createStep } from '../blocks/workflow-step.ts';

export interface DistributedMapProps {
  /** The key of the item in the worker's input, next to `run` and `cursor`. */
  readonly itemName: string;
  readonly worker: { readonly name: string; readonly function: SyncFunction; readonly question: string };
  /** Where the state has `itemsKey`, `resultsPrefix` and `workers` (lambdas/contract/workflow.ts). */
  readonly settingsPath: string;
  readonly runsBucket: IBucket;
}

/**
 * Gives each line of a document to a worker, `workers` at once, and calls each worker until it is done. The
 * map succeeds even when all workers fail: a later step counts what is missing, and the map writes the
 * reasons to `resultsPrefix`.
 *
 * The children are STANDARD executions: an EXPRESS one is limited to five minutes, can run twice, and has no
 * history to inspect.
 */
export function distributedMap(scope: Construct, name: string, props: DistributedMapProps): DistributedMap {
  const { itemName, worker, settingsPath, runsBucket } = props;
  const work = createStep(scope, worker.name, {
    function: worker.function,
    payload: TaskInput.fromObject({
      run: JsonPath.objectAt('$.run'),
      [itemName]: JsonPath.objectAt(`$.${itemName}`),
      cursor: JsonPath.objectAt('$.cursor'),
    }),
    resultPath: '$.cursor',
  });
  const map = DistributedMap.jsonPath(scope, name, {
    label: name,
    mapExecutionType: StateMachineType.STANDARD,
    itemReader: new S3JsonLItemReader({
      bucket: runsBucket,
      key: JsonPath.stringAt(`${settingsPath}.itemsKey`),
    }),
    itemSelector: {
      run: JsonPath.objectAt('$.run'),
      [itemName]: JsonPath.objectAt('$$.Map.Item.Value'),
      cursor: firstCursor,
    },
    maxConcurrencyPath: `${settingsPath}.workers`,
    toleratedFailurePercentage: 100,
    resultWriterV2: new ResultWriterV2({
      bucket: runsBucket,
      prefix: JsonPath.stringAt(`${settingsPath}.resultsPrefix`),
    }),
    resultPath: JsonPath.DISCARD,
  });
  return map.itemProcessor(
    work.next(
      new Choice(scope, worker.question)
        .when(Condition.booleanEquals('$.cursor.done', true), new Succeed(scope, `${worker.name}Done`))
        .otherwise(work),
    ),
  );
}
