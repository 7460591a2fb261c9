import type { State, StateGraph } from './definition.ts';
import { isCallable } from './task-call.ts';

/**
 * What is wrong with a machine's states, or those of a Map's children, beyond their fields: where they lead, what they call, and
 * the order of their rules. Each fault names its state.
 */
export function graphFaults(graph: StateGraph): readonly string[] {
  const faults = Object.entries(graph.States).flatMap(([name, state]) =>
    stateFaults(state, graph).map((fault) => `state '${name}': ${fault}`),
  );
  return Object.hasOwn(graph.States, graph.StartAt)
    ? faults
    : [...faults, `StartAt names '${graph.StartAt}', which is no state`];
}

function stateFaults(state: State, graph: StateGraph): readonly string[] {
  const missing = targetsOf(state)
    .filter((target) => !Object.hasOwn(graph.States, target))
    .map((target) => `leads to '${target}', which is no state`);
  return [...missing, ...ownFaults(state)];
}

function ownFaults(state: State): readonly string[] {
  switch (state.Type) {
    case 'Task':
      return [
        ...endFaults(state),
        ...(isCallable(state.Resource)
          ? []
          : [`Resource '${state.Resource}' is not called: the local stack calls functions alone`]),
        ...catchAllFaults(state.Retry, 'Retry'),
        ...catchAllFaults(state.Catch, 'Catch'),
      ];
    case 'Map':
      return [
        ...endFaults(state),
        ...catchAllFaults(state.Retry, 'Retry'),
        ...catchAllFaults(state.Catch, 'Catch'),
        ...graphFaults(state.ItemProcessor),
      ];
    case 'Pass':
    case 'Wait':
      return endFaults(state);
    case 'Fail':
      return (state.Error !== undefined && state.ErrorPath !== undefined) ||
        (state.Cause !== undefined && state.CausePath !== undefined)
        ? ['has both a text and a path for Error or Cause']
        : [];
    case 'Choice':
    case 'Succeed':
      return [];
    default:
      return state satisfies never;
  }
}

function targetsOf(state: State): readonly string[] {
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

function endFaults(state: { readonly Next?: string | undefined; readonly End?: true | undefined }) {
  return (state.Next === undefined) === (state.End === undefined)
    ? ['needs exactly one of Next and End']
    : [];
}

/** States.ALL stands alone, and in the last place: behind it nothing is looked at. */
function catchAllFaults(
  rules: readonly { readonly ErrorEquals: readonly string[] }[],
  field: string,
): readonly string[] {
  return rules.flatMap(({ ErrorEquals: names }, index) =>
    names.includes('States.ALL') && (names.length > 1 || index < rules.length - 1)
      ? [`${field}[${index}]: States.ALL must stand alone and last`]
      : [],
  );
}
