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
import { firstCursor } from '../../lambdas/contract/workflow.ts';
import type { SyncFunction } from './sync-function.ts';
import { createStep } from './workflow-step.ts';

export interface ShareOutProps {
  /** The worker's input has the item under this name, beside `run` and `cursor`. */
  readonly itemName: string;
  readonly worker: { readonly name: string; readonly function: SyncFunction; readonly question: string };
  /** Where the state has `itemsKey`, `resultsPrefix` and `workers` (lambdas/contract/workflow.ts). */
  readonly told: string;
  readonly runsBucket: IBucket;
}

/**
 * Shares the lines of a document out among workers, as many at once as is told; each is called until it is done. Whatever becomes
 * of them, the map ends well: what is missing is seen by whoever counts afterwards, and why is in the results it writes.
 *
 * The children are STANDARD: an EXPRESS one ends after five minutes, may run twice, and cannot be looked at.
 */
export function shareOut(scope: Construct, name: string, props: ShareOutProps): DistributedMap {
  const { itemName, worker, told, runsBucket } = props;
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
    itemReader: new S3JsonLItemReader({ bucket: runsBucket, key: JsonPath.stringAt(`${told}.itemsKey`) }),
    itemSelector: {
      run: JsonPath.objectAt('$.run'),
      [itemName]: JsonPath.objectAt('$$.Map.Item.Value'),
      cursor: firstCursor,
    },
    maxConcurrencyPath: `${told}.workers`,
    toleratedFailurePercentage: 100,
    resultWriterV2: new ResultWriterV2({
      bucket: runsBucket,
      prefix: JsonPath.stringAt(`${told}.resultsPrefix`),
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
