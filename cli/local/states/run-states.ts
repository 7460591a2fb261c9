import { ruleHolds } from './choice-rule.ts';
import type { ChoiceState, Definition, FailState, PassState, State } from './definition.ts';
import type { ExecutionScope } from './execution-scope.ts';
import { type JsonValue, type ReferencePath, valueAt } from './json-path.ts';
import { fillTemplate } from './payload-template.ts';
import { runTask } from './run-task.ts';
import { checkedSize, filtered, type StateOutcome, withResult } from './state-outcome.ts';
import { StatesError, terminalErrors } from './states-error.ts';

/** A scope whose running state can be named: the loop below is its only caller. */
export interface RunScope extends ExecutionScope {
  enter(state: string): void;
}

/**
 * Runs the machine from its first state to its end and gives the output.
 * @throws StatesError how a failed execution failed.
 */
export async function runStates(
  definition: Definition,
  input: JsonValue,
  scope: RunScope,
): Promise<JsonValue> {
  let name: string | undefined = definition.StartAt;
  let value = checkedSize(input);
  while (name !== undefined) {
    const state: State | undefined = definition.States[name];
    if (state === undefined) throw new Error(`State '${name}' is missing from a definition that was read`);
    if (scope.history.isFull) {
      throw new StatesError(
        terminalErrors.runtime,
        'The execution reached the maximum number of history events.',
      );
    }
    scope.enter(name);
    scope.history.add(`${state.Type}StateEntered`, {
      stateEnteredEventDetails: { name, input: JSON.stringify(value) },
    });
    const outcome: StateOutcome = await runState(state, value, scope);
    value = checkedSize(outcome.output);
    scope.history.add(`${state.Type}StateExited`, {
      stateExitedEventDetails: { name, output: JSON.stringify(value) },
    });
    name = outcome.next;
  }
  return value;
}

async function runState(state: State, input: JsonValue, scope: ExecutionScope): Promise<StateOutcome> {
  const context = scope.context();
  switch (state.Type) {
    case 'Task':
      return runTask(state, input, scope);
    case 'Pass':
      return { output: filtered(state.OutputPath, passed(state, input, context), context), next: state.Next };
    case 'Wait':
      await scope.pause(state.Seconds);
      return {
        output: filtered(state.OutputPath, filtered(state.InputPath, input, context), context),
        next: state.Next,
      };
    case 'Choice':
      return chosen(state, filtered(state.InputPath, input, context), context);
    case 'Succeed':
      return {
        output: filtered(state.OutputPath, filtered(state.InputPath, input, context), context),
        next: undefined,
      };
    case 'Fail':
      throw failure(state, { input, context });
    default:
      return state satisfies never;
  }
}

function passed(state: PassState, rawInput: JsonValue, context: JsonValue): JsonValue {
  const input = filtered(state.InputPath, rawInput, context);
  const shaped = state.Parameters === undefined ? input : fillTemplate(state.Parameters, { input, context });
  return withResult(state, { input: rawInput, result: state.Result ?? shaped, context });
}

function chosen(state: ChoiceState, input: JsonValue, context: JsonValue): StateOutcome {
  const next = state.Choices.find((rule) => ruleHolds(rule, input))?.Next ?? state.Default;
  if (next === undefined) {
    throw new StatesError('States.NoChoiceMatched', 'No rule of the choice holds, and it has no default.');
  }
  return { output: filtered(state.OutputPath, input, context), next };
}

function failure(
  state: FailState,
  sources: { readonly input: JsonValue; readonly context: JsonValue },
): StatesError {
  const textAt = (path: ReferencePath | undefined): string | undefined => {
    if (path === undefined) return undefined;
    const value = valueAt(sources[path.root], path.steps);
    if (typeof value === 'string') return value;
    throw new StatesError(
      terminalErrors.runtime,
      `The path '${path.text}' of a Fail state leads to no text.`,
    );
  };
  return new StatesError(
    state.Error ?? textAt(state.ErrorPath) ?? '',
    state.Cause ?? textAt(state.CausePath) ?? '',
  );
}
