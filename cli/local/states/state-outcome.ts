import { type JsonValue, type ReferencePath, valueAt, withValueAt } from './json-path.ts';
import { fillTemplate, type PayloadTemplate } from './payload-template.ts';
import { StatesError, terminalErrors } from './states-error.ts';

/** What a state hands on, and to whom: without a next state the execution succeeds. */
export interface StateOutcome {
  readonly output: JsonValue;
  readonly next: string | undefined;
}

/** 256 KiB of UTF-8: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const maxPayloadBytes = 262_144;

/**
 * The value itself, when it may travel between states.
 * @throws StatesError States.DataLimitExceeded, which no Retry and no Catch takes.
 */
export function checkedSize(value: JsonValue): JsonValue {
  const sizeBytes = Buffer.byteLength(JSON.stringify(value));
  if (sizeBytes <= maxPayloadBytes) return value;
  throw new StatesError(
    terminalErrors.tooLarge,
    `A state's input or output has ${sizeBytes} bytes, more than the ${maxPayloadBytes} that may travel between states.`,
  );
}

/** InputPath or OutputPath applied: absent is everything, null is an empty object. */
export function filtered(
  path: ReferencePath | null | undefined,
  value: JsonValue,
  context: JsonValue,
): JsonValue {
  if (path === undefined) return value;
  if (path === null) return {};
  const found = valueAt(path.root === 'context' ? context : value, path.steps);
  if (found !== undefined) return found;
  throw new StatesError(terminalErrors.runtime, `Invalid path '${path.text}': there is nothing at it.`);
}

interface ResultFields {
  readonly ResultSelector?: PayloadTemplate | undefined;
  readonly ResultPath?: ReferencePath | null | undefined;
}

/** The state's output before OutputPath: the result selected, and put into the input where ResultPath says. */
export function withResult(
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
    `The result cannot be put at '${where}' of the input.`,
  );
}
