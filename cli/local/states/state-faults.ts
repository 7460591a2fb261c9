import type { Definition, State } from './definition.ts';
import { isCallable } from './task-call.ts';

/** What is wrong with a state beyond its fields: where it leads, what it calls, and the order of its rules. */
export function stateFaults(state: State, definition: Definition): readonly string[] {
  const missing = targetsOf(state)
    .filter((target) => !Object.hasOwn(definition.States, target))
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
