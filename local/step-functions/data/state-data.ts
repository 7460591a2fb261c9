import type { JsonValue } from '../../endpoint/json-value.ts';
import { type ReferencePath, valueAt, withValueAt } from './json-path.ts';
import { fillTemplate, type PayloadTemplate } from './payload-template.ts';
import { StatesError, terminalErrors } from './states-error.ts';

/** 256 KiB of UTF-8: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const maxPayloadBytes = 262_144;

/**
 * Returns the value if it is small enough to pass between states.
 * @throws StatesError States.DataLimitExceeded, which no Retry or Catch matches.
 */
export function checkSize(value: JsonValue): JsonValue {
  const sizeBytes = Buffer.byteLength(JSON.stringify(value));
  if (sizeBytes <= maxPayloadBytes) return value;
  throw new StatesError(
    terminalErrors.tooLarge,
    `A state's input or output has ${sizeBytes} bytes. The limit is ${maxPayloadBytes} bytes.`,
  );
}

/**
 * Applies InputPath or OutputPath: an absent path selects everything, null an empty object.
 * @throws StatesError States.Runtime when the path has no value.
 */
export function applyPath(
  path: ReferencePath | null | undefined,
  value: JsonValue,
  context: JsonValue,
): JsonValue {
  if (path === undefined) return value;
  if (path === null) return {};
  const found = valueAt(path.root === 'context' ? context : value, path.steps);
  if (found !== undefined) return found;
  throw new StatesError(terminalErrors.runtime, `Invalid path '${path.text}': it has no value.`);
}

interface ResultFields {
  readonly ResultSelector?: PayloadTemplate | undefined;
  readonly ResultPath?: ReferencePath | null | undefined;
}

/**
 * The state's output before OutputPath: applies ResultSelector to the result, then places it in the input at
 * ResultPath.
 * @throws StatesError States.ResultPathMatchFailure when the input has no place for it.
 */
export function applyResult(
  state: ResultFields,
  from: { readonly input: JsonValue; readonly result: JsonValue; readonly context: JsonValue },
): JsonValue {
  if (state.ResultPath === null) return from.input;
  const result =
    state.ResultSelector === undefined
      ? from.result
      : fillTemplate(state.ResultSelector, { input: from.result, context: from.context });
  const output = withValueAt(from.input, state.ResultPath?.steps ?? [], result);
  if (output !== undefined) return output;
  const where = state.ResultPath?.text ?? '$';
  throw new StatesError(
    'States.ResultPathMatchFailure',
    `The result cannot be placed at '${where}' of the input.`,
  );
}
