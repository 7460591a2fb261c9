import { Choice, Condition, type IChainable, Pass } from 'aws-cdk-lib/aws-stepfunctions';
import type { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

export interface PollLoop {
  /** The name of the Pass state that sets the first cursor. */
  readonly first: string;
  readonly firstCursor: { readonly done: boolean };
  /** Where the cursor is in the state's data. Default: `$.cursor`. */
  readonly path?: string;
  /** Takes the cursor and returns the next one. */
  readonly step: LambdaInvoke;
  /** The name of the Choice state that checks whether the cursor is `done`. */
  readonly question: string;
  /** What runs between two calls of the step; it must lead back to the step. Default: the step itself. */
  readonly between?: IChainable;
  readonly after: IChainable;
}

/**
 * Calls the step with the first cursor, then with each cursor it returns, until one is `done`.
 * @returns the loop's first state; it is already chained to `after`.
 */
export function pollUntilDone(scope: Construct, loop: PollLoop): IChainable {
  const { first, firstCursor, path = '$.cursor', step, question, between = step, after } = loop;
  const begin = Pass.jsonPath(scope, first, { parameters: { ...firstCursor }, resultPath: path });
  const isDone = new Choice(scope, question)
    .when(Condition.booleanEquals(`${path}.done`, true), after)
    .otherwise(between);
  return begin.next(step).next(isDone);
}
