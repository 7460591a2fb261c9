import { z } from 'zod';
import type { JsonValue } from './json-path.ts';
import { StatesError, terminalErrors } from './states-error.ts';

/** What became of one call of a function. A failure's payload is Lambda's error document, as JSON text. */
export type FunctionAnswer =
  | { readonly kind: 'returned'; readonly payload: string }
  | { readonly kind: 'failed'; readonly errorType: string; readonly payload: string };

/** Calls the function of this ARN or name; resolves for a failed function too. */
export type CallFunction = (functionArn: string, payload: string) => Promise<FunctionAnswer>;

const optimizedInvoke = 'arn:aws:states:::lambda:invoke';
const functionArnPattern = /^arn:aws:lambda:[^:]+:\d+:function:[^:]+$/;

const invokeParametersSchema = z.strictObject({ FunctionName: z.string(), Payload: z.json().optional() });

/** Whether the interpreter can call a Task's Resource: a function's ARN, or Lambda's optimized integration. */
export function isCallable(resource: string): boolean {
  return resource === optimizedInvoke || functionArnPattern.test(resource);
}

/**
 * Calls the function behind a Task and gives the Task's result.
 * @throws StatesError with the function's error name, and its error document as the cause, as the service does.
 */
export async function callTask(resource: string, payload: JsonValue, call: CallFunction): Promise<JsonValue> {
  if (resource !== optimizedInvoke) return resultOf(await call(resource, JSON.stringify(payload)));
  const parameters = invokeParametersSchema.safeParse(payload);
  if (!parameters.success) {
    throw new StatesError(terminalErrors.runtime, `lambda:invoke with ${z.prettifyError(parameters.error)}`);
  }
  const { FunctionName: name, Payload: input = {} } = parameters.data;
  const result = resultOf(await call(name, JSON.stringify(input)));
  return { ExecutedVersion: '$LATEST', StatusCode: 200, Payload: result };
}

function resultOf(answer: FunctionAnswer): JsonValue {
  if (answer.kind === 'failed') throw new StatesError(answer.errorType, answer.payload);
  return z.json().parse(JSON.parse(answer.payload));
}
