import { z } from 'zod';
import type { JsonValue } from '../../endpoint/json-value.ts';
import type { CallFunction, FunctionAnswer } from '../../lambda/function-answer.ts';
import { StatesError, terminalErrors } from '../data/states-error.ts';
import { optimizedInvoke } from '../definition/task-resource.ts';

const invokeParametersSchema = z.strictObject({ FunctionName: z.string(), Payload: z.json().optional() });

/**
 * Calls the function of a Task and returns the Task's result.
 * @throws StatesError with the name of the function's error or of Lambda's, and its error document as the
 * cause.
 */
export async function callTask(resource: string, payload: JsonValue, call: CallFunction): Promise<JsonValue> {
  if (resource !== optimizedInvoke) return toResult(await call(resource, JSON.stringify(payload)));
  const parameters = invokeParametersSchema.safeParse(payload);
  if (!parameters.success) {
    throw new StatesError(terminalErrors.runtime, `lambda:invoke with ${z.prettifyError(parameters.error)}`);
  }
  const { FunctionName: name, Payload: input = {} } = parameters.data;
  const result = toResult(await call(name, JSON.stringify(input)));
  return { ExecutedVersion: '$LATEST', StatusCode: 200, Payload: result };
}

function toResult(answer: FunctionAnswer): JsonValue {
  if (answer.kind === 'refused') throw new StatesError(`Lambda.${answer.error}`, answer.payload);
  if (answer.kind === 'failed') throw new StatesError(answer.errorType, answer.payload);
  return z.json().parse(JSON.parse(answer.payload));
}
