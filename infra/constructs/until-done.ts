import { Choice, Condition, type IChainable, Pass } from 'aws-cdk-lib/aws-stepfunctions';
import type { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

export interface Loop {
  /** The name of the state that makes the first cursor. */
  readonly first: string;
  readonly firstCursor: { readonly done: boolean };
  /** Where the cursor travels. Default: `$.cursor`. */
  readonly path?: string;
  /** Takes the cursor and answers with the next. */
  readonly step: LambdaInvoke;
  /** The name of the state that looks at the cursor. */
  readonly question: string;
  /** What comes between one call of the step and the next, and leads back to it. Default: nothing, the step itself. */
  readonly again?: IChainable;
  readonly after: IChainable;
}

/** Calls the step with the first cursor, and again with each one that it answers, until that says `done`. */
export function untilDone(scope: Construct, loop: Loop): IChainable {
  const { first, firstCursor, path = '$.cursor', step, question, again = step, after } = loop;
  const begin = Pass.jsonPath(scope, first, { parameters: { ...firstCursor }, resultPath: path });
  const isDone = new Choice(scope, question)
    .when(Condition.booleanEquals(`${path}.done`, true), after)
    .otherwise(again);
  return begin.next(step).next(isDone);
}
