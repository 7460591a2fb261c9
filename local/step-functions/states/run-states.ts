import type { JsonValue } from '../../endpoint/json-value.ts';
import { type ReferencePath, valueAt } from '../data/json-path.ts';
import { fillTemplate } from '../data/payload-template.ts';
import { applyPath, applyResult, checkSize } from '../data/state-data.ts';
import { StatesError, terminalErrors } from '../data/states-error.ts';
import { matchesRule } from '../definition/choice-rule.ts';
import type { State, StateGraph } from '../definition/definition.ts';
import type { ChoiceState, FailState, PassState } from '../definition/simple-states.ts';
import type { ExecutionScope } from '../execution/execution-scope.ts';
import { runMap } from './run-map.ts';
import { runTask } from './run-task.ts';
import type { StateOutcome } from './with-retries.ts';

/** The current state of an execution and its input. */
export interface Position {
  readonly state: string;
  readonly input: JsonValue;
  /**
   * Whether the history already contains the entry into the state: a redriven execution resumes inside of it.
   */
  readonly isEntered: boolean;
}

/** A scope that follows each step. Only the loop below calls `enter`. */
export interface RunScope extends ExecutionScope {
  enter(position: Position): void;
}

/**
 * Runs the states from the position to the end and returns the output.
 * @throws StatesError when the execution fails; the reason of the scope's signal when it is stopped.
 */
export async function runStates(graph: StateGraph, from: Position, scope: RunScope): Promise<JsonValue> {
  let position = { ...from, input: checkSize(from.input) };
  for (;;) {
    const { state: name, input, isEntered } = position;
    const state = graph.States[name];
    if (state === undefined) throw new Error(`The state '${name}' is missing from the definition.`);
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
    checkSize(output);
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
      return {
        output: applyPath(state.OutputPath, runPass(state, input, context), context),
        next: state.Next,
      };
    case 'Wait':
      await scope.pause(state.Seconds);
      return {
        output: applyPath(state.OutputPath, applyPath(state.InputPath, input, context), context),
        next: state.Next,
      };
    case 'Choice':
      return runChoice(state, applyPath(state.InputPath, input, context), context);
    case 'Succeed':
      return {
        output: applyPath(state.OutputPath, applyPath(state.InputPath, input, context), context),
        next: undefined,
      };
    case 'Fail':
      throw toStatesError(state, { input, context });
    default:
      return state satisfies never;
  }
}

function runPass(state: PassState, rawInput: JsonValue, context: JsonValue): JsonValue {
  const input = applyPath(state.InputPath, rawInput, context);
  const shaped = state.Parameters === undefined ? input : fillTemplate(state.Parameters, { input, context });
  return applyResult(state, { input: rawInput, result: state.Result ?? shaped, context });
}

function runChoice(state: ChoiceState, input: JsonValue, context: JsonValue): StateOutcome {
  const next = state.Choices.find((rule) => matchesRule(rule, input))?.Next ?? state.Default;
  if (next === undefined) {
    throw new StatesError('States.NoChoiceMatched', 'No rule of the Choice matches, and it has no Default.');
  }
  return { output: applyPath(state.OutputPath, input, context), next };
}

function toStatesError(
  state: FailState,
  sources: { readonly input: JsonValue; readonly context: JsonValue },
): StatesError {
  const readText = (path: ReferencePath | undefined): string | undefined => {
    if (path === undefined) return undefined;
    const value = valueAt(sources[path.root], path.steps);
    if (typeof value === 'string') return value;
    throw new StatesError(
      terminalErrors.runtime,
      `The value at '${path.text}' of a Fail state is not a string.`,
    );
  };
  return new StatesError(
    state.Error ?? readText(state.ErrorPath) ?? '',
    state.Cause ?? readText(state.CausePath) ?? '',
  );
}
