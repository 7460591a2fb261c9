import type { State, StateGraph } from './definition.ts';
import { isCallable } from './task-resource.ts';

/**
 * The errors of a machine's states, or of a Map's child states, that their schemas do not find: transitions,
 * resources and the order of Retry and Catch. Each error names its state.
 */
export function findGraphErrors(graph: StateGraph): readonly string[] {
  const errors = Object.entries(graph.States).flatMap(([name, state]) =>
    findStateErrors(state, graph).map((error) => `state '${name}': ${error}`),
  );
  return Object.hasOwn(graph.States, graph.StartAt)
    ? errors
    : [...errors, `StartAt is '${graph.StartAt}', which does not exist`];
}

function findStateErrors(state: State, graph: StateGraph): readonly string[] {
  const missing = listTargets(state)
    .filter((target) => !Object.hasOwn(graph.States, target))
    .map((target) => `the next state '${target}' does not exist`);
  return [...missing, ...findFieldErrors(state)];
}

function findFieldErrors(state: State): readonly string[] {
  switch (state.Type) {
    case 'Task':
      return [
        ...findTransitionErrors(state),
        ...(isCallable(state.Resource)
          ? []
          : [`Resource '${state.Resource}' is not supported: the local stack only calls functions`]),
        ...findCatchAllErrors(state.Retry, 'Retry'),
        ...findCatchAllErrors(state.Catch, 'Catch'),
      ];
    case 'Map':
      return [
        ...findTransitionErrors(state),
        ...findCatchAllErrors(state.Retry, 'Retry'),
        ...findCatchAllErrors(state.Catch, 'Catch'),
        ...findGraphErrors(state.ItemProcessor),
      ];
    case 'Pass':
    case 'Wait':
      return findTransitionErrors(state);
    case 'Fail':
      return (state.Error !== undefined && state.ErrorPath !== undefined) ||
        (state.Cause !== undefined && state.CausePath !== undefined)
        ? ['has both a string and a path for Error or Cause']
        : [];
    case 'Choice':
    case 'Succeed':
      return [];
    default:
      return state satisfies never;
  }
}

function listTargets(state: State): readonly string[] {
  switch (state.Type) {
    case 'Choice':
      return [...state.Choices.map((rule) => rule.Next), state.Default].filter((each) => each !== undefined);
    case 'Task':
    case 'Map':
      return [state.Next, ...state.Catch.map((catcher) => catcher.Next)].filter((each) => each !== undefined);
    case 'Pass':
    case 'Wait':
      return state.Next === undefined ? [] : [state.Next];
    case 'Succeed':
    case 'Fail':
      return [];
    default:
      return state satisfies never;
  }
}

function findTransitionErrors(state: {
  readonly Next?: string | undefined;
  readonly End?: true | undefined;
}) {
  return (state.Next === undefined) === (state.End === undefined)
    ? ['needs exactly one of Next and End']
    : [];
}

/** States.ALL must be the only name of the last rule: rules after it would never apply. */
function findCatchAllErrors(
  rules: readonly { readonly ErrorEquals: readonly string[] }[],
  field: string,
): readonly string[] {
  return rules.flatMap(({ ErrorEquals: names }, index) =>
    names.includes('States.ALL') && (names.length > 1 || index < rules.length - 1)
      ? [`${field}[${index}]: States.ALL must be alone and last`]
      : [],
  );
}
