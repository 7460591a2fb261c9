import { Choice, Condition, type IChainable, Pass } from 'aws-cdk-lib/aws-stepfunctions';
import type { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

export interface Loop {
  /** The name of the state that makes the first cursor. */
  readonly first: string;
  readonly firstCursor: { readonly done: boolean };
  /** Takes `$.cursor` and answers with the next. */
  readonly step: LambdaInvoke;
  /** The name of the state that looks at the cursor. */
  readonly question: string;
  readonly after: IChainable;
}

/** Calls the step with the first cursor, and again with each one that it answers, until that says `done`. */
export function untilDone(scope: Construct, { first, firstCursor, step, question, after }: Loop): IChainable {
  const begin = Pass.jsonPath(scope, first, {
    parameters: { ...firstCursor },
    resultPath: '$.cursor',
  });
  const isDone = new Choice(scope, question)
    .when(Condition.booleanEquals('$.cursor.done', true), after)
    .otherwise(step);
  return begin.next(step).next(isDone);
}
