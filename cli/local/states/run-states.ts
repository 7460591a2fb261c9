import { ruleHolds } from './choice-rule.ts';
import type { State, StateGraph } from './definition.ts';
import type { ExecutionScope } from './execution-scope.ts';
import { type JsonValue, type ReferencePath, valueAt } from './json-path.ts';
import { fillTemplate } from './payload-template.ts';
import { runMap } from './run-map.ts';
import { runTask } from './run-task.ts';
import type { ChoiceState, FailState, PassState } from './simple-states.ts';
import { checkedSize, filtered, type StateOutcome, withResult } from './state-outcome.ts';
import { StatesError, terminalErrors } from './states-error.ts';

/** Where an execution stands. */
export interface Position {
  readonly state: string;
  readonly input: JsonValue;
  /** Whether the history says already that the state was entered: a redriven execution goes on inside of it. */
  readonly isEntered: boolean;
}

/** A scope that is told of every step: the loop below is its only caller. */
export interface RunScope extends ExecutionScope {
  enter(position: Position): void;
}

/**
 * Runs the states from the position to their end and gives the output.
 * @throws StatesError how a failed execution failed.
 */
export async function runStates(graph: StateGraph, from: Position, scope: RunScope): Promise<JsonValue> {
  let position = { ...from, input: checkedSize(from.input) };
  for (;;) {
    const { state: name, input, isEntered } = position;
    const state = graph.States[name];
    if (state === undefined) throw new Error(`State '${name}' is missing from a definition that was read`);
    if (scope.history.isFull) {
      throw new StatesError(
        terminalErrors.runtime,
        'The execution reached the maximum number of history events.',
      );
    }
    scope.enter(position);
    if (!isEntered) {
      scope.history.add(`${state.Type}StateEntered`, {
        stateEnteredEventDetails: { name, input: JSON.stringify(input) },
      });
    }
    const { output, next } = await runState(state, input, scope);
    checkedSize(output);
    scope.history.add(`${state.Type}StateExited`, {
      stateExitedEventDetails: { name, output: JSON.stringify(output) },
    });
    if (next === undefined) return output;
    position = { state: next, input: output, isEntered: false };
  }
}

async function runState(state: State, input: JsonValue, scope: ExecutionScope): Promise<StateOutcome> {
  const context = scope.context();
  switch (state.Type) {
    case 'Task':
      return runTask(state, input, scope);
    case 'Map':
      return runMap(state, input, scope);
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
