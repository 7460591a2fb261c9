import { z } from 'zod';
import { type Definition, definitionSchema, type State, stateTypes } from './definition.ts';

/** A state machine that the local stack would run differently from the service, with every reason found. */
export class DefinitionRefused extends Error {
  override readonly name = 'DefinitionRefused';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      ['The local stack cannot run this state machine:', ...faults.map((fault) => `- ${fault}`)].join('\n'),
    );
    this.faults = faults;
  }
}

const outlineSchema = z.object({ States: z.record(z.string(), z.looseObject({ Type: z.string() })) });

/**
 * Reads a synthesized definition.
 * @throws DefinitionRefused naming each state and field that the interpreter does not know, and each broken transition.
 */
export function readDefinition(text: string): Definition {
  const json: unknown = JSON.parse(text);
  const unknownTypes = faultsOfTypes(json);
  if (unknownTypes.length > 0) throw new DefinitionRefused(unknownTypes);
  const parsed = definitionSchema.safeParse(json);
  if (!parsed.success) throw new DefinitionRefused(parsed.error.issues.map(issueText));
  const faults = Object.entries(parsed.data.States).flatMap(([name, state]) =>
    transitionFaults(state, parsed.data).map((fault) => `state '${name}': ${fault}`),
  );
  if (!Object.hasOwn(parsed.data.States, parsed.data.StartAt)) {
    faults.push(`StartAt names '${parsed.data.StartAt}', which is no state`);
  }
  if (faults.length > 0) throw new DefinitionRefused(faults);
  return parsed.data;
}

function faultsOfTypes(json: unknown): string[] {
  const outline = outlineSchema.safeParse(json);
  if (!outline.success) return [];
  const known: readonly string[] = stateTypes;
  return Object.entries(outline.data.States)
    .filter(([, state]) => !known.includes(state.Type))
    .map(
      ([name, state]) => `state '${name}': Type '${state.Type}' is not run (only ${known.join(', ')} are)`,
    );
}

function issueText(issue: z.core.$ZodIssue): string {
  const [section, name, ...rest] = issue.path.map(String);
  const place = section === 'States' && name !== undefined ? `state '${name}'` : 'the machine';
  const field = section === 'States' ? rest.join('.') : issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return `${place}: field ${issue.keys.map((key) => `'${[field, key].filter(Boolean).join('.')}'`).join(', ')} is not known`;
  }
  return `${place}: ${field === '' ? '' : `'${field}' `}${issue.message}`;
}

function transitionFaults(state: State, definition: Definition): string[] {
  const faults: string[] = [];
  const targets = targetsOf(state);
  for (const target of targets) {
    if (!Object.hasOwn(definition.States, target)) faults.push(`leads to '${target}', which is no state`);
  }
  if ('Next' in state || 'End' in state || ['Task', 'Pass', 'Wait'].includes(state.Type)) {
    const { Next: next, End: end } = { Next: undefined, End: undefined, ...state };
    if ((next === undefined) === (end === undefined)) faults.push('needs exactly one of Next and End');
  }
  if (state.Type === 'Fail' && ((state.Error && state.ErrorPath) || (state.Cause && state.CausePath))) {
    faults.push('has both a text and a path for Error or Cause');
  }
  if (state.Type === 'Task')
    faults.push(...catchAllFaults(state.Retry, 'Retry'), ...catchAllFaults(state.Catch, 'Catch'));
  return faults;
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

/** States.ALL stands alone, and in the last place: behind it nothing is looked at. */
function catchAllFaults(
  rules: readonly { readonly ErrorEquals: readonly string[] }[],
  field: string,
): string[] {
  return rules.flatMap((rule, index) =>
    rule.ErrorEquals.includes('States.ALL') && (rule.ErrorEquals.length > 1 || index < rules.length - 1)
      ? [`${field}[${index}]: States.ALL must stand alone and last`]
      : [],
  );
}
